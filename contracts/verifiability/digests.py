"""The two digests that are signed (section Signature): of the core with the data, and of extension attributes."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from .canonical_values import canonical, hashed, misfit, timestamp
from .extension import CORE, AttributeType, Scalar

_REQUIRED: Final = CORE[:4]
_ABSENT: Final = hashlib.sha256(b"").digest()


def core_values(attributes: Mapping[str, object]) -> dict[str, str]:
    """The core attributes that are there, canonical. An empty one is refused: it hashes like an absent one."""
    core: dict[str, str] = {}
    for name in CORE:
        value = attributes.get(name)
        if isinstance(value, str) and value:
            core[name] = value
        elif value is not None or name in _REQUIRED:
            raise misfit(name, "missing, empty or not text", "Give it a value; leave an optional one out.")
    if "time" in core:
        core["time"] = timestamp("time", core["time"])
    return core


def digest_of_core(core: Mapping[str, str], data: bytes) -> bytes:
    """The core digest over what `core_values` returned, and the data."""
    parts = [hashed(name, core[name]) if name in core else _ABSENT for name in CORE]
    return hashlib.sha256(b"".join([*parts, hashlib.sha256(data).digest()])).digest()


def extension_values(
    attributes: Mapping[str, object], names: Sequence[str], types: Mapping[str, AttributeType]
) -> tuple[dict[str, Scalar], bytes]:
    """The named extension attributes that are there, canonical, and the digest over all that are named."""
    values: dict[str, Scalar] = {}
    parts = []
    for name in names:
        value, digest = attributes.get(name), _ABSENT
        if value is not None and value != "":
            values[name], digest = canonical(name, value, types[name])
        parts.append(digest)
    return values, hashlib.sha256(b"".join(parts)).digest()
