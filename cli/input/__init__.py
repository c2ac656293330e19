"""Input files: their kinds, and their numbered lines."""
