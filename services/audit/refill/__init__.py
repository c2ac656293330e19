"""Archived records again, byte for byte, somewhere else: in a file, or at their offsets in Kafka."""
