"""Deployments: who is where under which mandate line, and what others publish about it.

This service decides the ledger of tours on each mandate line, so that the ceiling holds at every instant (I1). It also
keeps each mission's status and each unit's clearance, as far as it knows them, and strength returns and official
statements as published.

Topics in: `deployments.commands`, and through its policies `approvals.events`, `vacancies.events` and its own
`deployments.events`.
Topics out: `deployments.events`, `deployments.outcomes`, `deployments.admitted`.
"""
