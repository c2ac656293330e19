"""The archive: every record of every topic, byte for byte, exactly once.

The service reads every topic of every service: commands, events, outcomes, dead letters. It decides nothing and
publishes nothing. It can read every record, because it never looks inside one.
"""
