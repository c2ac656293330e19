"""Signs and verifies CloudEvents: the extension Verifiability (`dssematerial`), in one folder that stands alone.

It needs Python 3.11 and the package `cryptography`, and nothing else of this project. `forcegen keys library DIR`
writes it as a wheel, `forcegen_verifiability`, for producers and consumers:

    key = SigningKey.from_pem(Path("producer.key").read_bytes())
    attributes["dssematerial"] = sign(attributes, data, key)

    verified = verify(attributes, data, [PublicKey.parse("ed25519:…")])

The extension is `cloudevents/extensions/verifiability.md` of cloudevents/spec ("v0.1", June 2026); "section" means its
headings. The envelope and what is signed are DSSE 1.0.2 (`protocol.md`, `envelope.md` of secure-systems-lab/dsse).

An event is read in one way, or refused: no check tries a second spelling of an attribute or of the data. Read it in
this order: `extension`, `keys`, `canonical_values`, `digests`, `payload`, `envelope`, `signing`, `verification`; around
them `strict_forms`, `refusals`.
"""

from .envelope import Material, dsse_envelope, pae, read_material
from .extension import (
    CORE,
    EXTENSION_TYPES,
    MATERIAL,
    MATERIAL_BYTES_MAX,
    NEVER_UNSIGNED,
    PAYLOAD_TYPE,
    SIGNATURES_MAX,
    SIGNED_NAMES_MAX,
    AttributeType,
    Coverage,
    Scalar,
)
from .keys import KeyRefused, PublicKey, SigningKey
from .payload import read_payload
from .refusals import NotVerifiable, Reason
from .signing import sign, verification_material
from .verification import Verified, verify

__version__ = "0.1.0"
"""That of the system."""

__all__ = [
    "CORE",
    "EXTENSION_TYPES",
    "MATERIAL",
    "MATERIAL_BYTES_MAX",
    "NEVER_UNSIGNED",
    "PAYLOAD_TYPE",
    "SIGNATURES_MAX",
    "SIGNED_NAMES_MAX",
    "AttributeType",
    "Coverage",
    "KeyRefused",
    "Material",
    "NotVerifiable",
    "PublicKey",
    "Reason",
    "Scalar",
    "SigningKey",
    "Verified",
    "dsse_envelope",
    "pae",
    "read_material",
    "read_payload",
    "sign",
    "verification_material",
    "verify",
]
