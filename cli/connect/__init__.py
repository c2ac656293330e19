"""Where things are, and clients to reach them."""
