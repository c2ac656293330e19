"""The words, types and bounds of CloudEvents' extension Verifiability."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

MATERIAL: Final = "dssematerial"
"""The attribute that carries the DSSE envelope; its type is Binary, so it is base64 text in headers and in JSON."""
PAYLOAD_TYPE: Final = "https://cloudevents.io/verifiability/dsse/v0.1"
CORE: Final = ("id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time")
"""The context attributes of the core digest, in the order of section Signing Protocol; the data comes after them."""
MATERIAL_BYTES_MAX: Final = 8_192
"""Bytes of `dssematerial`, as base64 text."""
SIGNATURES_MAX: Final = 4
SIGNED_NAMES_MAX: Final = 32

AttributeType: TypeAlias = Literal["Boolean", "Integer", "String", "Binary", "URI", "URI-reference", "Timestamp"]
"""The types of CloudEvents 1.0.2, section Type System."""
Scalar: TypeAlias = str | int | bool
EXTENSION_TYPES: Final[Mapping[str, AttributeType]] = {
    "actor": "String",
    "causationid": "String",
    "correlationid": "String",
    "democlock": "Timestamp",
    "partitionkey": "String",
    "position": "Integer",
    "recordedtime": "Timestamp",
    "streamversion": "Integer",
    "traceparent": "String",
    "tracestate": "String",
}
"""The extension attributes that Forcegen knows. A signed one of another name: only the core is verified."""
NEVER_UNSIGNED: Final = frozenset({"actor"})
"""Extension attributes that a signed event may not carry outside of its signature. Others are dropped instead."""
Coverage: TypeAlias = Literal["core", "core and extensions", "core, extensions of unknown types skipped"]
"""What was verified (section Verification Protocol, last paragraph)."""
