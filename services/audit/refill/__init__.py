"""Writes archived records again, byte for byte, elsewhere: to a file, or at their offsets in Kafka."""
