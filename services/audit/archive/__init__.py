"""Records as they came: written once with their leaves, and read again by selection, place or file."""
