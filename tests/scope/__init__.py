"""Scope by State: as one State, by every door, nothing of another."""
