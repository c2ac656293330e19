"""Files as they come: their kinds, and their lines by number."""
