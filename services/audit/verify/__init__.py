"""Checks that trust nobody: of the log from outside, and of the relations between records."""
