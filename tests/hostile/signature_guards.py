"""The guards of signed events: each is taken out of a copy of the source, and a test of its name must fail.

`make signature-guards` (ARGS="--only DER" for some) runs the tests of `tests/contracts` without one guard at a time.
That each guard stands in the source exactly once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import Edit, Guard, main

FOLDER, READER = "contracts/verifiability/", "contracts/raw_events.py"
VERIFIER, KEY, ENVELOPE, SIGNER = (FOLDER + f"{one}.py" for one in ("verification", "keys", "envelope", "signing"))
PAYLOAD, STRICT, VALUES, DIGESTS = (
    FOLDER + f"{one}.py" for one in ("payload", "strict_forms", "canonical_values", "digests")
)
VECTORS, EVENTS = "tests/contracts/test_verifiability_vectors.py", "tests/contracts/test_verifiability.py"
KEYS, RAW = "tests/contracts/test_verifiability_keys.py", "tests/contracts/test_raw_events.py"
USUAL = "tests/contracts/test_verifiability_usual.py"


def _without(name: str, search: str, text: str, instead: str, file: str = VERIFIER) -> Guard:
    return Guard(name, "", (Edit(file, text, instead),), search)


def _never(name: str, search: str, condition: str, file: str = VERIFIER) -> Guard:
    """A refusal that is never made."""
    return _without(name, search, f"if {condition}:", "if False:", file)


NAMES: Final = 'in (*CORE, MATERIAL, "data")'
SIGNATURE_GUARDS: Final = (
    _without("the signature itself", EVENTS, "if key.holds(signature, message):", "if True:"),
    _never("data flipped", EVENTS, "digest_of_core(core, data) != core_digest"),
    _never("attribute flipped", EVENTS, "digest != extension_digest"),
    _without("keyid of another", EVENTS, 'if keyid in ("", key.id):', "if True:"),
    _never("63 and 65 bytes", VECTORS, "len(signature) != 64", KEY),
    _never("small-order key", KEYS, "y in _SMALL_ORDER", KEY),
    _never("non-canonical key", KEYS, "y >= _P", KEY),
    _never("bytes that are not a point", KEYS, "pow(square, (_P - 1) // 2, _P) != 1", KEY),
    _never("larger than 8 KiB", VECTORS, "isinstance(text, str) and len(text) > MATERIAL_BYTES_MAX", ENVELOPE),
    _never("five signatures", VECTORS, "len(signatures) > SIGNATURES_MAX", ENVELOPE),
    _never("no signatures", VECTORS, "not signatures", ENVELOPE),
    _never("duplicate members", VECTORS, "len(members) != len(pairs)", STRICT),
    _without("NaN", VECTORS, ", parse_constant=_constant", "", STRICT),
    _without("deep nesting", VECTORS, "(json.JSONDecodeError, RecursionError)", "json.JSONDecodeError", STRICT),
    _never("payloadType other", VECTORS, "payload_type != PAYLOAD_TYPE", ENVELOPE),
    _without("padding bits, white space", VECTORS, "raw if to_base64(raw) == text else None", "raw", STRICT),
    _never("base64url", VECTORS, '"-" in text or "_" in text', STRICT),
    _without("mixed alphabets", VECTORS, 'None if "+" in text or "/" in text else ', "", STRICT),
    _without("digest of 32 bytes", VECTORS, "digest is None or len(digest) != 32", "digest is None", PAYLOAD),
    _never("core is absent", VECTORS, "core is None", PAYLOAD),
    _never("absent partner of ext", VECTORS, "bool(names) != (extension is not None)", PAYLOAD),
    _without("no names", VECTORS, ' or (not names and "signedextattrs" in document)', "", PAYLOAD),
    _never("33 names", VECTORS, "len(names) > SIGNED_NAMES_MAX", PAYLOAD),
    _never("name repeated", VECTORS, "name in checked", PAYLOAD),
    _without("core name", VECTORS, NAMES, 'in (MATERIAL, "data")', PAYLOAD),
    _without("name dssematerial", VECTORS, NAMES, 'in (*CORE, "data")', PAYLOAD),
    _never("form of a name", VECTORS, "not isinstance(name, str) or not _ATTRIBUTE.fullmatch(name)", PAYLOAD),
    _without("unsigned actor", EVENTS, "sorted(set(dropped) & set(never_unsigned))", "[]"),
    _without("other unsigned attributes", EVENTS, "    if not others:", "    if True:"),
    _without("unknown type", VECTORS, "if set(signed) <= types.keys() else", "if True else"),
    _without("empty core attribute", VECTORS, "isinstance(value, str) and value:", "isinstance(value, str):", DIGESTS),
    _without("leap second, year 0", EVENTS, "suppress(ValueError, OverflowError)", "suppress(OverflowError)", VALUES),
    _without(
        "fraction of a second", EVENTS, 'isoformat(timespec="seconds")', 'strftime("%Y-%m-%dT%H:%M:%S+00:00")', VALUES
    ),
    _without("digits of an Integer", EVENTS, " and _INTEGER.fullmatch(value)", "", VALUES),
    _never("signer's datacontenttype", EVENTS, 'data and attributes.get("datacontenttype") is None', SIGNER),
    _without("re-spelt data", RAW, '_written(text, "data")', 'repr(document["data"]).encode()', READER),
    _never("data and data_base64", VECTORS, "plain is not None and encoded is not None", READER),
    _without("bits to spare", USUAL, "None if payload is None or signature is None else ", "", ENVELOPE),
    _without("payload alike", USUAL, "[A-Za-z0-9+/]{43}=)\"'", "[A-Za-z0-9+/]{42,44}=*)\"'", PAYLOAD),
    _without(
        "spare bits of data_base64",
        RAW,
        " or (encoded is not None and b64encode(data).decode() != encoded)",
        "",
        READER,
    ),
    _without("header twice", VECTORS, "setdefault(name, raw) != raw", "setdefault(name, raw) is None", READER),
    _without("batch on Kafka", RAW, 'raise _no_event("Kafka carries no batches.")', "pass", READER),
)

if __name__ == "__main__":
    sys.exit(main(SIGNATURE_GUARDS))
