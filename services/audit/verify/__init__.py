"""Checks that trust nobody: of the log from outside, and of what must hold between records."""
