"""The archive is what the broker holds; reconciliation and the proof of the log say the same."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg

from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from services.audit.verify import verifier
from tests.audit.replaying import audit
from tests.hostile import wire
from tests.hostile.checks.sources import shown
from tests.hostile.send import Place, Sent
from tests.system import TOKEN, RunningSystem


def archived(system: RunningSystem, records: Mapping[Place, wire.Stored]) -> Iterator[str]:
    """The archive is what the broker holds, byte for byte."""
    with psycopg.connect(system.dsn("audit")) as connection, connection.cursor("archive") as cursor:
        cursor.itersize = 1000
        cursor.execute('SELECT topic, part, "offset", "timestamp", key, value, headers FROM records')
        left, whole = dict(records), set[Place]()
        for topic, part, offset, stamp, key, value, headers in cursor:
            one = left.pop((topic, part, offset), None)
            if one is None:
                continue  # of a transaction that was aborted: bytes that were there, and are kept
            if BROKEN in headers and value == one.batch:
                whole.add((topic, part, offset))
                continue
            if (stamp, key, value, headers) != (one.timestamp_ms, one.raw.key, one.raw.value, packed(one.raw.headers)):
                yield f"archived otherwise than held: {(topic, part, offset)}: {shown(one.raw)}"
        kept = {id(records[place].batch) for place in whole}
        lost = {place: one for place, one in left.items() if id(one.batch) not in kept}
        yield from (f"not archived: {place}: {shown(one.raw)}" for place, one in lost.items())


BROKEN = b"forcegen-broken-batch"
"""The header under which a batch is kept whole; its value is then the batch as the broker holds it."""


def packed(headers: Sequence[tuple[bytes, bytes | None]]) -> bytes:
    """Headers as the archive's format has them (docs/decisions/0011-what-a-leaf-holds.md)."""
    parts = [len(headers).to_bytes(4, "big")]
    for name, value in headers:
        parts += [len(name).to_bytes(4, "big"), name]
        parts += [b"\0"] if value is None else [b"\1", len(value).to_bytes(4, "big"), value]
    return b"".join(parts)


def books(system: RunningSystem, sent: Sent) -> Iterator[str]:
    """An operator's own two checks: reconciliation of everything with everything, and the proof of the archive.

    That somebody else wrote to a service's topic is a difference, and must be named as one.
    """
    result = audit("reconcile", system.servers.database(system.database), "--bootstrap", system.servers.kafka, "--json")
    differences = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    yield from (f"reconcile: {json.dumps(one)}" for one in differences if not _is_forged(one, sent))
    if result.exit_code and not differences:
        yield f"reconcile ends with {result.exit_code}: {result.output[-800:]} {result.exception!r}"
    key = str(keys.signer(AuditSettings(directory=system.logs / "audit")).verifier)
    report = verifier.verify(verifier.reader(system.url("audit"), TOKEN), key)
    yield from (f"audit verify: {finding}" for finding in report.findings[:20])


def _is_forged(difference: Mapping[str, Any], sent: Sent) -> bool:
    """Whether it names records that the run itself forged: by their place, or by the position that they claim."""
    series, numbers = str(difference["series"]), range(difference["first"], difference["last"] + 1)
    if difference["kind"] != "extra":
        return False
    if series.endswith(" position "):
        claimed = {
            dict(one.raw.headers).get(b"ce_position")
            for place, one in sent.placed.items()
            if place[0] == series.removesuffix(" position ")
        }
        return all(b"%d" % number in claimed for number in numbers)
    topic, _, part = series.strip("/").rpartition("/")
    return part.isdigit() and all((topic, int(part), number) in sent.placed for number in numbers)
