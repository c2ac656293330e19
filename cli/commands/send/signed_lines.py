"""Signed commands on their way out: what was signed is what is sent, to the byte.

A line that was signed elsewhere is passed on as it stands. A line that is signed here goes out with the bytes that the
signature covers: as the value in binary mode, as `data_base64` in structured mode. To the system of this machine, whose
producers' keys are beside its data, every line goes out signed.
"""

import base64
from dataclasses import replace
from typing import Final

import orjson

from cli.commands.send.ndjson import BadLine, CommandLine
from contracts.cloudevents import to_structured
from contracts.raw_events import raw_from_json
from contracts.verifiability import MATERIAL, NotVerifiable, SigningKey, sign
from operations.local_keys import LocalKeys

JSON: Final = "application/json"
Headers = list[tuple[str, bytes]]


def signed(line: CommandLine, key: SigningKey, **absent: str) -> CommandLine | BadLine:
    """The line with a signature over every extension attribute that it carries and whose type is known.

    `absent` are attributes that it gets if it does not say them itself.
    """
    try:
        event = raw_from_json(line.text)
        attributes = {**absent, **event.attributes}
        if attributes.get(MATERIAL):
            remedy = "Send it without --sign: it goes out as it was signed."
            return BadLine(line.number, line.size, MATERIAL, "The line is signed already.", remedy)
        material = sign(attributes, event.data, key)
    except NotVerifiable as fault:
        return BadLine(line.number, line.size, "line", fault.message, fault.remedy)
    document = {**attributes, MATERIAL: material, "data_base64": base64.b64encode(event.data).decode()}
    return replace(line, text=orjson.dumps(document), is_signed=True)


def signed_by_its_producer(line: CommandLine, keys: LocalKeys) -> CommandLine | BadLine:
    """The line as the producer that has its source signs it; one that is signed already, as it is.

    Data without a media type is JSON (CloudEvents JSON Event Format 1.0.2, section 3.1), and the signed event says so.
    """
    if line.is_signed:
        return line
    source = line.envelope.source
    if (key := keys.key_of(source)) is None:
        reason = f"No producer whose key is here has the source {source[:80]!r}."
        remedy = "Use a source of the developer, e.g. urn:example:me, or sign with the key of its producer (--sign)."
        return BadLine(line.number, line.size, "source", reason, remedy)
    if not line.text:  # made here, and written by nobody yet
        line = replace(line, text=to_structured(line.envelope))
    return signed(line, key, datacontenttype=JSON)


def binary(line: CommandLine) -> tuple[bytes, Headers]:
    """Value and headers of a signed line in binary mode: every attribute, and the bytes that were signed."""
    event = raw_from_json(line.text)
    return event.data, [
        ("content-type" if name == "datacontenttype" else f"ce_{name}", _text(value).encode())
        for name, value in event.attributes.items()
        if isinstance(value, str | int)
    ]


def _text(value: str | int) -> str:
    """A value as CloudEvents writes it in a header (1.0.2, section Type System)."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
