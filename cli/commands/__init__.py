"""A file a command of `forcegen`."""
