"""Deployments: who is where under which mandate line, and what others publish about it.

Decided here: the ledger of tours on each mandate line, so that the ceiling holds at every instant (I1); a mission's
status and a unit's clearance as this service knows them; strength returns and official statements, kept as published.

Topics in: `deployments.commands`, and by its policies `approvals.events`, `vacancies.events` and its own
`deployments.events`.
Topics out: `deployments.events`, `deployments.outcomes`.
"""
