"""Vectors of signed events, for producers and consumers in any language: `published/vectors/verifiability.json`.

Each vector is a message as it is on the wire, the keys that are accepted, and what a verifier says of each of its
events. Keys come from fixed seeds and both algorithms sign deterministically, so the file is the same on every run.
"""

from contracts.json_object import JsonObject
from contracts.vectors import accepted, refused
from contracts.vectors.messages import KEYS, Vector
from contracts.verifiability import PAYLOAD_TYPE

ABOUT = (
    "Signed CloudEvents (cloudevents/spec, extensions/verifiability.md; DSSE 1.0.2) as they are on the wire, and what a"
    " verifier says of each event. docs/how-to/sign-events.md explains the fields. THE KEYS ARE PUBLIC: use them in"
    " tests only."
)


def all_vectors() -> list[Vector]:
    """Every vector, those that are accepted first."""
    return [*accepted.vectors(), *refused.vectors()]


def document() -> JsonObject:
    """The published file."""
    keys = {
        name: {"public": key.public.text, "keyid": key.public.id, "private_pem": key.to_pem().decode()}
        for name, key in KEYS.items()
    }
    return {
        "about": ABOUT,
        "payload_type": PAYLOAD_TYPE,
        "test_keys": keys,
        "vectors": [one.document() for one in all_vectors()],
    }
