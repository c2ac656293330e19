"""Commands as lines: one JSON CloudEvent a line, so that a file of them can be sent, kept and sent again.

A line must contain its own id, source and time. Nothing is added to it: sent twice, a line is the same command, and is
answered with the same outcome.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from cli.input.file_kinds import foreign
from cli.input.numbered_lines import numbered_lines
from contracts import event_json
from contracts.envelope import Envelope
from contracts.raw_events import raw_from_json
from contracts.registry import SERVICES
from contracts.unreadable import Unreadable
from contracts.verifiability import MATERIAL, NotVerifiable

LINE_BYTES_MAX: Final = 4_000_000
"""The largest record of a command topic (4 MiB), less some bytes for the headers."""
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command that can be sent."""

    number: int
    size: int
    """Bytes, including the line ending."""
    text: bytes
    envelope: Envelope
    service: str
    is_signed: bool = False
    """Whether it carries a signature, which covers its bytes: they are sent as they are."""

    @property
    def key(self) -> tuple[str, str]:
        """The identity of the command: its source and id."""
        return self.envelope.source, self.envelope.id


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be sent: the field, the reason, the remedy."""

    number: int
    size: int
    field: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.field}: {self.reason} {self.remedy}"


def read_lines(file: BinaryIO) -> Iterator[CommandLine | BadLine]:
    """Every line that is not blank; at most one of them is in memory."""
    for line in numbered_lines(file, LINE_BYTES_MAX):
        number, size, text = line.number, line.size, line.text
        if number == 1 and (kind := foreign(text)) is not None:
            yield BadLine(number, size, "line", *kind)
            return
        if line.is_cut:
            reason = f"The line has {size:,} bytes; a command may have {LINE_BYTES_MAX:,}."
            yield BadLine(number, size, "line", reason, "Send less in one command.")
            continue
        text = text.removeprefix(_BOM) if number == 1 else text
        if text.strip():
            yield _read(number, size, text.strip())


def _read(number: int, size: int, text: bytes) -> CommandLine | BadLine:
    try:
        (event,) = event_json.read(text, b"application/cloudevents+json", "line")
    except Unreadable as error:
        event = error
    if isinstance(event, Unreadable):
        return BadLine(number, size, event.field, event.reason, event.remedy)
    return _addressed(number, size, text, event)


def _addressed(number: int, size: int, text: bytes, envelope: Envelope) -> CommandLine | BadLine:
    if envelope.time is None:
        remedy = "Say when it happened, e.g. 2024-03-12T09:30:00Z; a repeat of it says the same."
        return BadLine(number, size, "time", "The attribute time is missing.", remedy)
    if envelope.subject is None:
        remedy = "Name the stream that the command is for, e.g. mandate/kz-2013."
        return BadLine(number, size, "subject", "The attribute subject is missing.", remedy)
    prefix, _, rest = envelope.type.partition(".")
    service, _, name = rest.partition(".")
    if prefix != "forcegen" or service not in SERVICES or not name:
        reason = f"{envelope.type[:120]!r} is for no service that decides."
        remedy = f"Write forcegen.<service>.<Name>, with one of the services {', '.join(SERVICES)}."
        return BadLine(number, size, "type", reason, remedy)
    is_signed = MATERIAL.encode() in text
    if is_signed:
        try:
            raw_from_json(text)
        except NotVerifiable as fault:
            return BadLine(number, size, "line", fault.message, fault.remedy)
    return CommandLine(number, size, text, envelope, service, is_signed)
