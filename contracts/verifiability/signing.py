"""Signs an event (section Signing Protocol). What its consumers could not verify is refused here."""

import json
from collections.abc import Mapping, Sequence

from .digests import core_values, digest_of_core, extension_values
from .envelope import dsse_envelope, pae
from .extension import EXTENSION_TYPES, PAYLOAD_TYPE, AttributeType
from .keys import SigningKey
from .payload import checked_names
from .refusals import NotVerifiable
from .strict_forms import to_base64


def sign(
    attributes: Mapping[str, object],
    data: bytes,
    key: SigningKey,
    signedextattrs: Sequence[str] | None = None,
    types: Mapping[str, AttributeType] = EXTENSION_TYPES,
) -> str:
    """The value of `dssematerial` for an event: base64 text, for a header or for JSON (section Signing Protocol).

    `attributes` and `data` are what the consumer will read, to the byte. `signedextattrs` names the extension
    attributes to sign, absent ones too; None stands for those that are there and whose type is known.

    Raises:
        NotVerifiable: the event could not be verified by its consumers.
    """
    if signedextattrs is None:
        signedextattrs = sorted(name for name in types if attributes.get(name) not in (None, ""))
    payload = verification_material(attributes, data, signedextattrs, types)
    signature = key.sign(pae(PAYLOAD_TYPE, payload))
    return dsse_envelope(payload, [(key.public.id, signature)])


def verification_material(
    attributes: Mapping[str, object],
    data: bytes,
    signedextattrs: Sequence[str],
    types: Mapping[str, AttributeType] = EXTENSION_TYPES,
) -> bytes:
    """The payload to sign, `VERIFICATION_MATERIAL` of section Signature, for signers that keep their key elsewhere.

    Raises:
        NotVerifiable: the event could not be verified by its consumers.
    """
    checked_names(list(signedextattrs))
    for name in sorted(set(signedextattrs) - types.keys()):
        remedy = "Give its type in `types`, or leave it unsigned."
        raise NotVerifiable("signed-names", f"The type of the attribute {name} is not known.", remedy)
    if data and attributes.get("datacontenttype") is None:
        remedy = "Set it, e.g. application/json: a bridge that adds it later would break the signature."
        raise NotVerifiable("attribute", "The attribute datacontenttype is missing.", remedy)
    material: dict[str, object] = {"core": to_base64(digest_of_core(core_values(attributes), data))}
    if signedextattrs:
        _, digest = extension_values(attributes, signedextattrs, types)
        material |= {"ext": to_base64(digest), "signedextattrs": list(signedextattrs)}
    return json.dumps(material, separators=(",", ":")).encode()
