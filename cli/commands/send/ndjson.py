"""Commands as lines: one JSON CloudEvent a line, so that a file of them can be sent, kept and sent again.

Documents over many lines, as editors and `jq` write them, and one array of all are read too; the first line tells.

A line must contain its own id, source and time. Nothing is added to it: sent twice, a line is the same command, and is
answered with the same outcome.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO, Final

from cli.input.file_kinds import foreign
from cli.input.json_documents import JsonDocument, NotJson, documents
from cli.input.numbered_lines import NumberedLine, numbered_lines
from contracts import event_json
from contracts.envelope import Envelope
from contracts.raw_events import raw_from_json
from contracts.registry import SERVICES
from contracts.unreadable import Unreadable
from contracts.verifiability import MATERIAL, NotVerifiable

LINE_BYTES_MAX: Final = 4_000_000
"""The largest record of a command topic (4 MiB), less some bytes for the headers."""
DOCUMENTS_BYTES_MAX: Final = 64 * 1024 * 1024
"""The largest file of documents over many lines, which is read as a whole; files of lines have no limit."""
_BOM: Final = b"\xef\xbb\xbf"
_TABLE: Final = re.compile(rb'[\w "-]+(?:[,;\t][\w "-]+){2,}')
_NO_TABLE: Final = (
    "Write each command as a CloudEvent in JSON, one a line. The UN's strength returns go in as CSV by"
    " `forcegen import strength-returns FILE`."
)
_NOT_JSON: Final = "Correct it; `jq -c . FILE` (of an array: `jq -c '.[]' FILE`) writes one command a line."


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
    """Every command of a file. Of lines, at most one is in memory; documents over many lines are read as a whole."""
    lines = numbered_lines(file, LINE_BYTES_MAX)
    for line in lines:
        if line.number == 1:
            if (kind := foreign(line.text)) is not None:
                yield BadLine(line.number, line.size, "line", *kind)
                return
            line = replace(line, text=line.text.removeprefix(_BOM))  # noqa: PLW2901
        if not line.text.strip():
            continue
        if _TABLE.fullmatch(line.text.strip()):
            yield BadLine(line.number, line.size, "line", "The file is a table, and no JSON.", _NO_TABLE)
        elif not line.is_cut and _begins_a_document(line.text.strip()):
            yield from _documents(line, lines)
        else:
            yield from _lines(chain([line], lines))
        return


def _lines(lines: Iterable[NumberedLine]) -> Iterator[CommandLine | BadLine]:
    for line in lines:
        if line.is_cut:
            yield _too_long(line.number, line.size)
        elif line.text.strip():
            yield _read(line.number, line.size, line.text.strip())


def _begins_a_document(text: bytes) -> bool:
    """Whether the first line begins an array, or an object that does not end on it."""
    if not text.startswith(b"{"):
        return text.startswith(b"[")
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return True
    return False


def _documents(first: NumberedLine, following: Iterator[NumberedLine]) -> Iterator[CommandLine | BadLine]:
    """The documents from this line on; lines after all, if one of the others is a whole object."""
    kept, size = [first], first.size
    for line in following:
        kept.append(line)
        size += line.size
        if line.is_cut or size > DOCUMENTS_BYTES_MAX:
            yield from _lines(chain(kept, following))
            return
    try:
        text = b"".join(line.text for line in kept).decode()
    except UnicodeDecodeError:
        yield from _lines(kept)
        return
    whole, fault = _split(text)
    if fault is not None and text.lstrip().startswith("{") and any(map(_is_an_object, kept[1:])):
        yield from _lines(kept)  # lines after all, of which the first is at fault
        return
    for document in whole:
        number, content = first.number + document.number - 1, document.text.encode()
        is_long = len(content) > LINE_BYTES_MAX
        yield _too_long(number, len(content)) if is_long else _read(number, len(content), content)
    if fault is not None:
        reason = f"It is no JSON from column {fault.column} on ({fault.reason}); nothing behind it was read."
        yield BadLine(first.number + fault.line - 1, 0, "line", reason, _NOT_JSON)


def _split(text: str) -> tuple[list[JsonDocument], NotJson | None]:
    """The documents of a text, and why there are no more of them."""
    whole: list[JsonDocument] = []
    try:
        for document in documents(text):  # those before a fault count
            whole.append(document)
    except NotJson as fault:
        return whole, fault
    return whole, None


def _is_an_object(line: NumberedLine) -> bool:
    text = line.text.strip()
    return text.startswith(b"{") and not _begins_a_document(text)


def _too_long(number: int, size: int) -> BadLine:
    reason = f"The line has {size:,} bytes; a command may have {LINE_BYTES_MAX:,}."
    return BadLine(number, size, "line", reason, "Send less in one command.")


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
