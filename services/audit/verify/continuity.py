"""Checks between records, beyond each being as it was signed: nothing is missing from a service's own log.

Every stream's versions and every service's positions increase by one, and every readable command has an outcome, or
is a dead letter since its sender is not believed. Pure: the checker sees each archived record once, in any order
between partitions. Memory: a number for each stream, and a place and two numbers for each command.
"""

import json
from collections import defaultdict
from typing import Final

from contracts import command_topics
from contracts.cloudevents import from_kafka
from contracts.json_object import JsonObject
from contracts.unreadable import Unreadable
from services.audit.archive import static_files
from services.audit.tlog.leaf import Headers
from services.audit.verify.verifier import MALFORMED, ReadPath, Verification, name_of

ANSWER_MAX_MS: Final = 60_000
"""How old a command without an outcome may be, relative to the newest record; after that the outcome is missing."""


class ContinuityChecker:
    """The state of the check after the records that were seen."""

    def __init__(self, report: Verification) -> None:
        self._report = report
        self._versions: dict[tuple[str, str], int] = {}
        self._last: dict[str, int] = defaultdict(int)
        self._ahead: dict[str, set[int]] = defaultdict(set)
        self._commands: dict[str, tuple[int, int]] = {}
        """By the place of its record, when each command was sent, and what stands for its identity."""
        self._dead: set[str] = set()
        """The places of the records that dead letters were made of, such as commands whose sender is not believed."""
        self._answered: set[int] = set()
        self._newest = 0

    def see(self, record: JsonObject) -> None:
        """Check one archived record in JSON, as `static_files.record` gives it; anything else is reported."""
        try:
            self._see(record)
        except MALFORMED:
            self._report.wrong(f"{name_of(record) if isinstance(record, dict) else 'a line'}: this is no record")

    def _see(self, record: JsonObject) -> None:
        service, _, kind = record["topic"].partition(".")
        kind = "commands" if command_topics.service_of(record["topic"]) else kind
        self._newest = max(self._newest, record["timestamp"])
        if kind == "dead-letters":
            self._dead.add(_origin(static_files.headers_of(record)))
        if kind not in ("commands", "events", "outcomes"):
            return
        key, value = (None if record[part] is None else bytes.fromhex(record[part]) for part in ("key", "value"))
        try:
            envelope = from_kafka(key, value, static_files.headers_of(record))
        except Unreadable:  # a dead letter of its reader
            return
        if kind == "commands":
            self._commands[name_of(record)] = record["timestamp"], hash((service, envelope.source, envelope.id))
        elif kind == "outcomes" and (answered := _answered(envelope.data)) is not None:
            self._answered.add(hash((service, *answered)))
        elif kind == "events" and envelope.position is not None and envelope.stream_version is not None:
            self._event(service, str(envelope.subject), envelope.stream_version, envelope.position, name_of(record))

    def _event(self, service: str, stream: str, version: int, position: int, name: str) -> None:
        due = self._versions.get((service, stream), 0) + 1
        if version != due:
            self._report.wrong(f"{name}: version {version} of {stream}, where {due} was due")
        self._versions[service, stream] = max(version, due - 1)
        self._ahead[service].add(position)
        while self._last[service] + 1 in self._ahead[service]:
            self._last[service] += 1
            self._ahead[service].remove(self._last[service])

    def end(self) -> None:
        """Report what is missing, after all records were seen."""
        for service, ahead in self._ahead.items():
            if ahead:
                self._report.wrong(
                    f"{service}.events: position {self._last[service] + 1} is missing, and {max(ahead)} is there"
                )
        for name, (timestamp, command) in self._commands.items():
            is_settled = command in self._answered or name in self._dead
            if not is_settled and self._newest - timestamp > ANSWER_MAX_MS:
                self._report.wrong(f"{name}: this command has no outcome")


def _origin(headers: Headers) -> str:
    """The place of the record that a dead letter was made of; the service's own headers come before that record's."""
    values = {name: value or b"" for name, value in reversed(headers)}
    parts = ("dead-letter-topic", "dead-letter-partition", "dead-letter-offset")
    return "/".join(values.get(name, b"?").decode(errors="replace") for name in parts)


def _answered(outcome: bytes) -> tuple[str, str] | None:
    """The source and id of the command that an outcome answers; None if its data has none."""
    try:
        body = json.loads(outcome)
        source, id_ = body["command_source"], body["command_id"]
    except (LookupError, RecursionError, TypeError, ValueError):
        return None
    return (source, id_) if isinstance(source, str) and isinstance(id_, str) else None


def watched(read: ReadPath, chain: ContinuityChecker) -> ReadPath:
    """The same reader; the checker sees each record that it reads once."""
    seen = 0

    def reading(path: str) -> bytes:
        nonlocal seen
        content = read(path)
        if path.startswith("records/"):
            for record in map(json.loads, content.splitlines()):  # the reader of the path reports invalid JSON
                if isinstance(record, dict) and isinstance(leaf := record.get("leaf"), int) and leaf >= seen:
                    chain.see(record)
                    seen = leaf + 1
        return content

    return reading
