"""Kafka, both ways: one consumer that lets no gap pass, one relay that resumes from the topic's own proof."""
