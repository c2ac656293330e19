"""`forcegen send`: commands from a file through Kafka, and their outcomes back."""
