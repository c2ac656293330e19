"""What must hold after everything that could go wrong did: the log, the topics, the archive and the views agree."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import asyncpg
import psycopg

from contracts.cloudevents import from_kafka
from services.audit.tlog.leaf import packed
from services.reporting.projections import VIEWS
from services.reporting.projections.change_set import fold
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector.decode import event_of_envelope
from services.reporting.projector.upsert_sql import Statements
from tests.foreign import Client
from tests.system import RunningSystem, every_topic

DECIDING = ("approvals", "vacancies", "deployments")


def answers(system: RunningSystem, service: str) -> Mapping[str, Any]:
    """The final answer of every command that a service was sent, by its id."""
    with psycopg.connect(system.dsn(service)) as connection:
        query = "SELECT i.command_id, o.body FROM inbox i JOIN outcomes o ON o.position = i.outcome"
        return dict(connection.execute(query).fetchall())


def wait_for_quiet(system: RunningSystem, timeout_s: float, *, look_every_s: float = 1.0) -> None:
    """Until every log is in its topic, and every record of every topic is in the views and in the archive."""
    deadline = time.monotonic() + timeout_s
    while (behind := _behind(system)) and time.monotonic() < deadline:
        time.sleep(look_every_s)
    assert not behind, behind


def _behind(system: RunningSystem) -> list[str]:
    behind = []
    for service in DECIDING:
        with psycopg.connect(system.dsn(service)) as connection:
            heads = connection.execute("SELECT admitted, events, outcomes, dead_letters FROM log_heads").fetchone()
            done: dict[str, int] = dict(connection.execute("SELECT log, position FROM relayed").fetchall())
            if heads != tuple(done[log] for log in ("admitted", "events", "outcomes", "dead_letters")):
                behind.append(f"{service} has {heads} and relayed {done}")
    client = Client(system.servers.kafka)
    ends = client.ends(*every_topic())
    for reader in (*DECIDING, "reporting", "audit"):
        with psycopg.connect(system.dsn(reader)) as connection:
            query = "SELECT topic, sum(next_offset) FROM consumed WHERE consumer = %s GROUP BY topic"
            read: dict[str, int] = dict(connection.execute(query, [reader]).fetchall())
        ends |= client.ends(*(read.keys() - ends.keys()))  # topics of producers' own
        behind += [f"{reader} read {read[t]} of {ends[t]} in {t}" for t in read if read[t] < ends[t]]
    return behind


def log_and_topic_agree(system: RunningSystem, service: str) -> list[Any]:
    """Positions without a gap, and each event in its topic once, in order, byte for byte; the topic's records."""
    with psycopg.connect(system.dsn(service)) as connection:
        rows = connection.execute("SELECT position, id, stream, version, data FROM events ORDER BY position").fetchall()
        exact = connection.execute("SELECT data::text FROM events ORDER BY position").fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert len({row[1] for row in rows}) == len(rows)
    versions: dict[str, int] = defaultdict(int)
    for _, _, stream, version, _ in rows:
        versions[stream] += 1
        assert version == versions[stream]
    records = Client(system.servers.kafka).records(f"{service}.events")
    by_position = {int(dict(record.headers())["ce_position"]): record for record in records}
    assert len(records) == len(by_position) == len(rows), (len(records), len(by_position), len(rows))
    for (position, id_, stream, _, _), (data,) in zip(rows, exact, strict=True):
        record = by_position[position]
        assert (record.key().decode(), dict(record.headers())["ce_id"].decode()) == (stream, str(id_))
        assert record.value().decode() == data
    in_order: dict[int, int] = defaultdict(int)
    for record in records:  # as each partition holds them
        position = int(dict(record.headers())["ce_position"])
        assert position > in_order[record.partition()]
        in_order[record.partition()] = position
    return records


def every_accepted_event_is_stored(system: RunningSystem, service: str) -> None:
    """The answers and the log tell the same: each accepted command's events, once."""
    promised = [e["id"] for a in answers(system, service).values() if a["status"] == "accepted" for e in a["events"]]
    with psycopg.connect(system.dsn(service)) as connection:
        stored = [str(row[0]) for row in connection.execute("SELECT id FROM events").fetchall()]
    assert sorted(promised) == sorted(stored)


def views_equal_the_fold(system: RunningSystem, records: list[Any]) -> None:
    """The views are what one thread would make of the topics."""
    events = sorted((_recorded(record) for record in records), key=lambda e: (e.service, e.position))
    expected = fold(events)
    shown = asyncio.run(_views(system))
    for table, rows in expected.items():
        assert shown[table] == rows, table


def _recorded(record: Any) -> ConsumedEvent:
    envelope = from_kafka(record.key(), record.value(), record.headers())
    return event_of_envelope(record.topic(), record.partition(), record.offset(), envelope)


async def _views(system: RunningSystem) -> Mapping[str, Mapping[Any, Any]]:
    connection = await asyncpg.connect(system.dsn("query"))
    try:
        tables = {}
        for view in VIEWS:
            rows = [Statements(view).row(r) for r in await connection.fetch(f"SELECT * FROM {view.table}")]  # noqa: S608
            tables[view.table] = {view.key_of(row): row for row in rows}
        return tables
    finally:
        await connection.close()


def archive_equals_the_topics(system: RunningSystem) -> None:
    """Every record of every topic is archived once, byte for byte."""
    with psycopg.connect(system.dsn("audit")) as connection:
        rows = connection.execute('SELECT topic, part, "offset", key, value, headers FROM records').fetchall()
    kept = {(t, p, o): (k, v, h) for t, p, o, k, v, h in rows}
    records = Client(system.servers.kafka).records(*every_topic())
    assert len(kept) == len(records)
    for r in records:
        assert kept[r.topic(), r.partition(), r.offset()] == (r.key(), r.value(), packed(r.headers() or []))


def everything(system: RunningSystem, sent: Mapping[str, list[str]]) -> None:
    """All of it, for commands that must all have been accepted."""
    records: list[Any] = []
    for service in DECIDING:
        outcomes = answers(system, service)
        unanswered = [id_ for id_ in sent[service] if id_ not in outcomes]
        assert not unanswered, (service, len(unanswered), unanswered[:5])
        wrong = [(id_, outcomes[id_]) for id_ in sent[service] if outcomes[id_]["status"] != "accepted"]
        assert not wrong, (service, len(wrong), wrong[:2])
        every_accepted_event_is_stored(system, service)
        records += log_and_topic_agree(system, service)
    views_equal_the_fold(system, records)
    archive_equals_the_topics(system)
