"""Writes events into the views, set-based, in one transaction with the offsets; parked events are retried."""
