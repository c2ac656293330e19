"""The addresses of a system's parts, and clients to reach them."""
