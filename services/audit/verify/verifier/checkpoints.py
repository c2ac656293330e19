"""Checkpoints (C2SP tlog-checkpoint), and the keys that sign them: from the auditor's own note of the first key on.

The key is what the auditor noted, never the server's word; a later key counts if an earlier one signed for it.
"""

import re
from collections.abc import Sequence

from .findings import NotVerified
from .merkle_tree import SignedTree
from .signed_notes import base64_in_note, name_and_key, opened


def checkpoint(note: str, keys: Sequence[str]) -> SignedTree:
    """The content of a signed checkpoint of the log that the first key names.

    Raises:
        NotVerified: no known key signed it, it is not a checkpoint, or it belongs to another log.
    """
    lines = opened(note, keys).split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0] or "" in lines[3:-1]:
        raise NotVerified("it is no checkpoint: three lines or more, and none of them empty")
    if not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        raise NotVerified("it is no checkpoint: its size is no number in plain digits")
    state = SignedTree(lines[0], int(lines[1]), base64_in_note(lines[2]))
    if len(state.root) != 32:
        raise NotVerified("it is no checkpoint: its root is no hash of 32 bytes")
    if state.origin != keys[0].split("+", 1)[0]:
        raise NotVerified(f"it is a checkpoint of {state.origin}, not of the log of your key")
    return state


def handed_over(first: str, notes: Sequence[str]) -> list[str]:
    """The keys that follow from the auditor's: each introduced by a note that it and an earlier one signed.

    Raises:
        NotVerified: the first is not a key.
    """
    name_and_key(first)
    known = [first]
    for giver in known:  # the list grows during the loop
        for note in notes:
            try:
                kind, origin, taker, before, end = opened(note, [giver]).split("\n")
                opened(note, [taker])
            except (NotVerified, ValueError):
                continue
            if (kind, origin, before, end) == ("forcegen audit handover", first.split("+", 1)[0], giver, ""):
                known += [taker] if taker not in known else []
    return known
