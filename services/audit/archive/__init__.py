"""Records as they came: written once with their leaves, and read by selection, place or file."""
