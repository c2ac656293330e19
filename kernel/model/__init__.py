"""What every part of a service speaks of: the decider, rows of one transaction, outcomes, dead letters. Pure."""
