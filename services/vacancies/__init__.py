"""Vacancies: which persons and units may be nominated for which post, and what the UN answered.

This service decides the life cycle of missions, applications, vacancies with their nominations, candidates and units,
and whether a nominee is eligible on the day (I5), covered by exactly one mandate line (I2), unexpired (I7), not barred
(I12), ready (I6), and bound for a mission that still takes people (I8).

Topics in: `vacancies.commands`; through its policies `approvals.events` and `deployments.events`.
Topics out: `vacancies.events`, `vacancies.outcomes`, `vacancies.admitted`.
"""
