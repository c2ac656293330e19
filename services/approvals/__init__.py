"""Approvals: what parliament approved, and under which legal framework.

Decided here: the life of each national mandate, the terms of its lines, waivers, and the legal documents of each
operation. A ceiling is never raised by itself: only a decision of parliament changes terms.

Topics in: `approvals.commands`, and its own `approvals.events` (a mandate that supersedes another ends that one).
Topics out: `approvals.events`, `approvals.outcomes`.
"""
