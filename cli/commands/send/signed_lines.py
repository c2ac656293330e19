"""Signed commands on their way out: what was signed is what is sent, to the byte.

A line that was signed elsewhere is passed on as it stands. A line that is signed here goes out with the bytes that the
signature covers: as the value in binary mode, as `data_base64` in structured mode.
"""

import base64
from dataclasses import replace

import orjson

from cli.commands.send.ndjson import BadLine, CommandLine
from contracts.raw_events import raw_from_json
from contracts.verifiability import MATERIAL, NotVerifiable, SigningKey, sign

Headers = list[tuple[str, bytes]]


def signed(line: CommandLine, key: SigningKey) -> CommandLine | BadLine:
    """The line with a signature over every extension attribute that it carries and whose type is known."""
    try:
        event = raw_from_json(line.text)
        if event.attributes.get(MATERIAL):
            remedy = "Send it without --sign: it goes out as it was signed."
            return BadLine(line.number, line.size, MATERIAL, "The line is signed already.", remedy)
        material = sign(event.attributes, event.data, key)
    except NotVerifiable as fault:
        return BadLine(line.number, line.size, "line", fault.message, fault.remedy)
    document = {**event.attributes, MATERIAL: material, "data_base64": base64.b64encode(event.data).decode()}
    return replace(line, text=orjson.dumps(document), is_signed=True)


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
