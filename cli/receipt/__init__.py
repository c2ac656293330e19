"""A report is made again from the archive, and held to its receipt."""
