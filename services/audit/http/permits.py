"""Who may use the routes of the archive.

What discloses no record is open: checkpoints, hand-overs, hashes and proofs, so that anybody can watch the log. Tiles
of entries are not, though they hold digests alone: who guesses a small value confirms the guess by its digest.
"""

from typing import Final

from kernel.http.permits import EVERYBODY, Permits, allow

AUDIT: Final[Permits] = {
    "GET /": allow("auditor", page=True),
    "GET /messages/{place:path}": allow("auditor", page=True),
    "GET /access": allow("operator", page=True),
    "GET /checkpoint": EVERYBODY,
    "GET /checkpoints/{path:path}": EVERYBODY,
    "GET /handovers": EVERYBODY,
    "GET /tile/entries/{path:path}": allow("auditor"),
    "GET /tile/{path:path}": EVERYBODY,
    "GET /v1/proofs/inclusion": EVERYBODY,
    "GET /v1/proofs/consistency": EVERYBODY,
    "GET /records/{path:path}": allow("auditor"),
    "GET /unplaced": allow("auditor"),
    "GET /v1/bundles/{topic}/{partition}/{offset}": allow("auditor"),
    "GET /v1/messages": allow("auditor"),
    "GET /v1/causes": allow("auditor"),
    "GET /v1/readings": allow("auditor"),
    "GET /v1/status": allow("auditor", "operator"),
    "GET /v1/anchors": allow("auditor", "reader"),  # the query API, for receipts: they hold digests of last records
}
