"""A bundle: one record with its proof and a checkpoint, checked offline."""

from typing import Final

from .checkpoints import checkpoint, handed_over
from .findings import NotVerified, Verification
from .leaves import leaf_hash, name_of
from .merkle_tree import continued, included
from .strict_forms import MALFORMED, JsonObject, from_hex, list_in, whole_number

BUNDLE: Final = "forcegen.audit.bundle/1"


def verify_bundle(bundle: JsonObject, key: str, since: str | None = None) -> Verification:
    """Check one record offline: it is in a signed tree, which continues the checkpoint `since`, if given."""
    report = Verification()
    try:
        if bundle["format"] != BUNDLE:
            report.wrong(f"bundle: it is none of the form {BUNDLE}")
        keys = handed_over(key, list_in(bundle["handovers"]))
        newest = report.checkpoint = checkpoint(bundle["checkpoint"], keys)
        report.note, proof = bundle["checkpoint"], list(map(from_hex, list_in(bundle["inclusion"])))
        leaf = whole_number(bundle["leaf"])
        if not included(leaf, newest.size, leaf_hash(bundle["record"]), proof, newest.root):
            report.wrong(f"{name_of(bundle['record'])}: this record is not leaf {leaf} of the signed tree")
        if since is not None:
            proof = list(map(from_hex, list_in(bundle["consistency"])))
            if not continued(checkpoint(since, keys), newest, proof):
                report.wrong("the signed tree is not shown to continue the checkpoint that you kept: ask with its size")
        report.records = 1
    except (NotVerified, *MALFORMED) as fault:
        report.wrong(f"bundle: {fault if isinstance(fault, NotVerified) else f'it has another form ({fault})'}")
    return report
