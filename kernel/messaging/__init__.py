"""Kafka in both directions: one consumer that accepts no gap, and one relay that resumes from what the topic holds."""
