"""Check a log without trusting who keeps it: one folder, Python's own library and `cryptography`, nothing of ours.

An auditor copies this folder alone, or has it as one file (`forcegen audit verifier FILE` writes it):

    python -m verifier --key KEY …        from the directory that the folder was copied into
    python verifier.pyz --key KEY …

Everything that the service computes is computed here a second time on purpose, so that a fault in one is seen by the
other. The forms: RFC 6962; C2SP signed-note, tlog-checkpoint, tlog-tiles; leaves:
docs/decisions/0011-what-a-leaf-holds.md. What is read may be anybody's: a form that is only nearly the one that is
meant is refused, and no text of others reaches the terminal unescaped. Read it in this order: `leaves`, `merkle_tree`,
`signed_notes`, `checkpoints`, `whole_log`, `bundles`; around them `strict_forms`, `findings`, `places`, `command_line`.
"""

from .bundles import verify_bundle
from .checkpoints import checkpoint, handed_over
from .findings import FINDINGS_MAX, NotVerified, Verification, escaped, summary
from .leaves import leaf_hash, name_of
from .merkle_tree import SignedTree, continued, included
from .places import ReadPath, kept_bundle, kept_note, reader
from .strict_forms import MALFORMED
from .whole_log import verify

__all__ = [
    "FINDINGS_MAX",
    "MALFORMED",
    "NotVerified",
    "ReadPath",
    "SignedTree",
    "Verification",
    "checkpoint",
    "continued",
    "escaped",
    "handed_over",
    "included",
    "kept_bundle",
    "kept_note",
    "leaf_hash",
    "name_of",
    "reader",
    "summary",
    "verify",
    "verify_bundle",
]
