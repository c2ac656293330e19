"""Replay: what was archived, again, byte for byte, somewhere else; a module for each place."""
