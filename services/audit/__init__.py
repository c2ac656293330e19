"""The archive: every record of every topic, byte for byte, exactly once.

Reads every topic of every service: commands, events, outcomes, dead letters. Decides nothing, publishes nothing, and
can read everything, because it never looks inside a record.
"""
