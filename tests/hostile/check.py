"""What must hold after a run, each breach named by itself: nothing here knows how the system does its work.

The broker is read by `wire`, the stores by SQL, and both are held against what the sender knows that it sent.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg

from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from services.audit.verify import verifier
from tests.audit.replaying import audit
from tests.hostile import wire
from tests.hostile.generate import PARTITIONS
from tests.hostile.records import DECIDING
from tests.hostile.send import Place, Sent
from tests.system import RunningSystem, every_topic

SERVICES = (*DECIDING, "reporting", "audit")
STUCK_S = 45.0
"""Without any progress for so long, what waits is taken to wait for ever."""
READY_S = 45.0
CALM_S = 8.0
"""Longer than the longest pause between two tries (`FORCEGEN_RETRY_DELAY_MAX_MS`)."""


def broker_records(system: RunningSystem) -> dict[Place, wire.Stored]:
    """Every committed record of every topic."""
    broker = wire.Broker(system.servers.kafka)
    try:
        return {
            (topic, partition, one.offset): one
            for topic in every_topic()
            for partition in range(PARTITIONS)
            for one in broker.records(topic, partition)
        }
    finally:
        broker.close()


def query(system: RunningSystem, role: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(system.dsn(role)) as connection:
        return connection.execute(statement).fetchall()


# Rest.


def rest(system: RunningSystem, records: Mapping[Place, wire.Stored], sent: Sent) -> list[str]:
    """Wait until nothing is left to do; what stays behind without progress is named, with the record that it is at."""
    seen, since = None, time.monotonic()
    while behind := _behind(system, ends_of_topics(system)):
        now = sorted(behind.items())
        if now != seen:
            seen, since = now, time.monotonic()
        if time.monotonic() - since > STUCK_S:
            return [_stands(name, at, records, sent) for name, at in now]
        time.sleep(0.5)
    return []


def ends_of_topics(system: RunningSystem) -> dict[tuple[str, int], int]:
    """The offset behind the last record or mark of each partition."""
    broker = wire.Broker(system.servers.kafka)
    try:
        return {(topic, nr): broker.end(topic, nr) for topic in every_topic() for nr in range(PARTITIONS)}
    finally:
        broker.close()


def _behind(system: RunningSystem, ends: Mapping[tuple[str, int], int]) -> dict[str, object]:
    """Who is behind, and where: every reader at each partition, every relay, the archive's search and its signing."""
    behind: dict[str, object] = {}
    for service in SERVICES:
        for topic, partition, offset in query(
            system,
            service,
            f"SELECT topic, part, next_offset FROM consumed WHERE consumer = '{service}'",  # noqa: S608
        ):
            if offset < ends.get((topic, partition), 0):
                behind[f"{service} reading {topic}/{partition}"] = (topic, partition, offset)
        if service != "audit":
            heads = query(system, service, "SELECT events, outcomes, dead_letters FROM log_heads")[0]
            done = dict(query(system, service, "SELECT log, position FROM relayed"))
            if heads != (done["events"], done["outcomes"], done["dead_letters"]):
                behind[f"{service} publishing"] = (heads, tuple(sorted(done.items())))
    (size,) = query(system, "audit", "SELECT size FROM tree")[0]
    (reach,) = query(system, "audit", "SELECT leaf FROM messages_reach")[0]
    if reach < size:
        behind["audit making records findable"] = (reach, size)
    (signed,) = query(system, "audit", "SELECT coalesce(max(size), 0) FROM checkpoints")[0]
    if signed < size:
        behind["audit signing"] = (signed, size)
    return behind


def _stands(name: str, at: object, records: Mapping[Place, wire.Stored], sent: Sent) -> str:
    breach = f"{name} stands at {at}"
    if isinstance(at, tuple) and len(at) == 3 and at in records:
        hostile = sent.placed.get(at)
        breach += f": {hostile.kind if hostile else 'honest'} {shown(records[at].raw)}"
    return breach


def shown(raw: wire.Raw) -> str:
    """A record short enough to be read."""
    headers = ", ".join(f"{n[:40]!r}: {v if v is None else v[:60]!r}" for n, v in raw.headers[:16])
    return f"key {raw.key and raw.key[:60]!r} value {raw.value and raw.value[:200]!r} headers [{headers}]"


# What became of each record.


@dataclass(frozen=True)
class Answers:
    """What one service answered."""

    times: Counter[tuple[str, str]]
    """How many outcomes each command has, by source and id."""
    first: Mapping[tuple[str, str], datetime]
    """When it was first answered."""
    last: Mapping[tuple[str, str], Mapping[str, Any]]
    dead: Mapping[Place, datetime]
    """Dead letters by the place of their record."""
    causes: Counter[str]
    """Events by the id of the command that they follow from."""


def answers(system: RunningSystem, service: str) -> Answers:
    rows = query(system, service, "SELECT command_source, command_id, recorded, body FROM outcomes ORDER BY position")
    letters = query(system, service, 'SELECT topic, part, "offset", recorded FROM dead_letters')
    events = query(system, service, "SELECT causation_id FROM events")
    first: dict[tuple[str, str], datetime] = {}
    for source, id_, recorded, _ in rows:
        first.setdefault((source, id_), recorded)
    return Answers(
        times=Counter((source, id_) for source, id_, _, _ in rows),
        first=first,
        last={(source, id_): body for source, id_, _, body in rows},
        dead={(topic, part, offset): recorded for topic, part, offset, recorded in letters},
        causes=Counter(cause for (cause,) in events),
    )


def decided(answers_of: Mapping[str, Answers], sent: Sent) -> Iterator[str]:
    """Every honest command is accepted, its events are on record once, and each delivery has its answer."""
    for (source, id_), event in sent.honest.items():
        one = answers_of[event["type"].split(".")[1]]
        body = one.last.get((source, id_))
        if body is None:
            yield f"honest, never answered: {id_}"
        elif body["status"] != "accepted":
            yield f"honest, not accepted: {id_}: {json.dumps(body)[:400]}"
        elif one.causes[id_] != len(body["events"]):
            yield f"honest, {one.causes[id_]} events for {len(body['events'])}: {id_}"
        elif one.times[source, id_] < sent.times[source, id_]:
            yield f"honest, delivered {sent.times[source, id_]} times and answered {one.times[source, id_]}: {id_}"
    for event in sent.aborted:
        if answers_of[event["type"].split(".")[1]].times[event["source"], event["id"]]:
            yield f"decided, though its transaction was aborted: {event['id']}"
    yield from (f"honest, over HTTP: {breach}" for breach in sent.wrong_over_http)


def accounted(system: RunningSystem, answers_of: Mapping[str, Answers], sent: Sent) -> Iterator[str]:
    """Every hostile record on a commands topic has an outcome where its sender can be known, else a dead letter."""
    letters = broken(system)
    for place, one in sent.placed.items():
        service, _, kind = place[0].partition(".")
        if kind != "commands":
            continue
        if letters.get(sent.batches[place]):
            continue  # with its whole batch, which nobody can take apart
        has_outcome = one.identity is not None and one.identity in answers_of[service].times
        if one.answered and not has_outcome:
            where = "a dead letter only" if place in answers_of[service].dead else "nothing"
            yield f"{one.kind} at {place} has {where}, though {one.identity} can be answered: {shown(one.raw)}"
        elif one.status and answers_of[service].last[one.identity or ("", "")]["status"] != one.status:
            yield f"{one.kind} at {place} is not {one.status}: {shown(one.raw)}"
        elif not has_outcome and place not in answers_of[service].dead:
            yield f"{one.kind} at {place} has neither outcome nor dead letter: {shown(one.raw)}"


def broken(system: RunningSystem) -> Mapping[Place, bool]:
    """The places of batches that no service can take apart, and that each keeps whole; they have a dead letter."""
    query_ = """SELECT topic, part, "offset" FROM dead_letters WHERE reason LIKE 'Its batch cannot be taken apart%'"""
    return {(topic, part, offset): True for s in DECIDING for topic, part, offset in query(system, s, query_)}


def published(system: RunningSystem, records: Mapping[Place, wire.Stored], sent: Sent) -> Iterator[str]:
    """Each outcome, event and dead letter of a log is in its topic once, in order; beside them only what was forged."""
    logs = {
        "events": ("events", b"ce_position"),
        "outcomes": ("outcomes", b"ce_position"),
        "dead-letters": ("dead_letters", b"dead-letter-position"),
    }
    for service in (*DECIDING, "reporting"):
        for ending, (log, header) in logs.items():
            if service == "reporting" and ending != "dead-letters":
                continue
            topic = f"{service}.{ending}"
            (head,) = query(system, service, f"SELECT {log} FROM log_heads")[0]  # noqa: S608
            held: dict[int, list[int]] = defaultdict(list)
            for place in sorted(place for place in records if place[0] == topic and place not in sent.placed):
                held[place[1]].append(int(dict(records[place].raw.headers)[header] or b"0"))
            if sorted(p for each in held.values() for p in each) != list(range(1, head + 1)):
                yield f"{topic} does not hold its log of {head} once: {sum(map(len, held.values()))} records"
            yield from (f"{topic}/{nr} is out of order" for nr, each in held.items() if each != sorted(each))


# The archive.


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


# The processes.


def healthy(system: RunningSystem, patience_s: float = READY_S) -> Iterator[str]:
    """Every process runs, says that it is ready, and tells of no lag."""
    deadline = time.monotonic() + patience_s
    for name, process in system.processes.items():
        if process.poll() is not None:
            yield f"{name} has ended with {process.returncode}"
            continue
        while (problem := _problem(system, name)) and time.monotonic() < deadline:
            time.sleep(0.5)
        if problem:
            yield f"{name}: {problem}"


def _problem(system: RunningSystem, name: str) -> str | None:
    try:
        for path in ("/readyz", "/healthz/progress"):
            answer = httpx.get(f"{system.url(name)}{path}", timeout=10)
            if answer.status_code != 200:
                return f"{path}: {answer.text[:500]}"
        if name != "query":
            lags = httpx.get(f"{system.url(name)}/v1/lag", timeout=10).json()
            if any(one.get("records") for one in lags.values() if isinstance(one, dict)):
                return f"says that it lags: {lags}"
    except (httpx.HTTPError, ValueError) as fault:
        return f"does not answer: {type(fault).__name__}"
    return None


def ends_of_logs(system: RunningSystem) -> dict[str, int]:
    """Where each log ends."""
    return {name: system.log(name).stat().st_size for name in system.processes}


def calm(system: RunningSystem, rested: Mapping[str, int], since: float) -> Iterator[str]:
    """Nothing is tried again for ever: once all is at rest (`rested`, at `since`), no fault is logged any more."""
    time.sleep(max(0.0, since + CALM_S - time.monotonic()))
    for name in system.processes:
        with system.log(name).open("rb") as log:
            log.seek(rested.get(name, 0))
            faults = Counter(_fault(line) for line in log)
        faults.pop("", None)
        yield from (f"{name} goes on to log, {times} times: {fault[:900]}" for fault, times in faults.items())


def _fault(line: bytes) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return "a traceback" if line.startswith(b"Traceback") else ""
    if not isinstance(entry, dict) or entry.get("level") not in ("warning", "error", "critical"):
        return ""
    return json.dumps({n: v for n, v in entry.items() if n not in ("timestamp", "time", "delay_s")}, sort_keys=True)


@dataclass(frozen=True, order=True)
class Delay:
    """How long an honest command waited behind a hostile record, and where it stands."""

    seconds: float = 0.0
    place: Place | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s behind a hostile neighbour" + (f" at {self.place}" if self.place else "")


def longest_delay(answers_of: Mapping[str, Answers], records: Mapping[Place, wire.Stored], sent: Sent) -> Delay:
    """The longest time that an honest command waited behind a hostile record, in the same partition.

    It counts from when the hostile one was done with, or from when the honest one was sent, if that was later. A
    partition is done in order: where an id was used before, its record was done no earlier than those in front of it.
    """
    worst = Delay()
    reached: dict[tuple[str, int], datetime] = {}
    behind: set[tuple[str, int]] = set()
    for place in sorted(place for place in records if place[0].endswith(".commands")):
        partition, service, hostile = place[:2], answers_of[place[0].partition(".")[0]], sent.placed.get(place)
        identity = hostile.identity if hostile else _identity(records[place].raw)
        when = service.dead.get(place) or (service.first.get(identity) if identity else None)
        if hostile is None and partition in behind and partition in reached and when is not None:
            behind.discard(partition)
            sent_at = datetime.fromtimestamp(records[place].timestamp_ms / 1000, UTC)
            waited = (when - max(sent_at, reached[partition])).total_seconds()
            worst = max(worst, Delay(waited, place))
        if hostile is not None:
            behind.add(partition)
        if when is not None:
            reached[partition] = max(when, reached.get(partition, when))
    return worst


def _identity(raw: wire.Raw) -> tuple[str, str]:
    headers = dict(raw.headers)
    if b"ce_id" in headers:
        return (headers[b"ce_source"] or b"").decode(), (headers[b"ce_id"] or b"").decode()
    event = json.loads(raw.value or b"{}")
    return event.get("source", ""), event.get("id", "")


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
    report = verifier.verify(verifier.reader(system.url("audit")), key)
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
