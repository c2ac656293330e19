"""Approvals: what parliament approved, and under which legal framework.

This service decides the life cycle of each national mandate, the terms of its lines, waivers, and the legal documents
of each operation. A ceiling never rises by itself: only a decision of parliament changes terms.

Topics in: `approvals.commands`, and its own `approvals.events` (a mandate that supersedes another ends that one).
Topics out: `approvals.events`, `approvals.outcomes`, `approvals.admitted`.
"""
