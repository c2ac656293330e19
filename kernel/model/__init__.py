"""The types that every part of a service uses: the decider, rows of one transaction, outcomes, dead letters. Pure."""
