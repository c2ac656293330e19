"""The commands of `forcegen`, one file each."""
