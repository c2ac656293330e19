"""What became of each record: honest commands are accepted, hostile ones answered or set aside."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.hostile import wire
from tests.hostile.checks.sources import query, shown
from tests.hostile.records import DECIDING, is_ours
from tests.hostile.send import Place, Sent
from tests.system import RunningSystem


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
        elif has_outcome and one.identity and is_ours(one.identity[0]):
            yield f"{one.kind} at {place} is answered under a source of ours, {one.identity}: {shown(one.raw)}"
        elif one.status and answers_of[service].last[one.identity or ("", "")]["status"] != one.status:
            yield f"{one.kind} at {place} is not {one.status}: {shown(one.raw)}"
        elif not has_outcome and place not in answers_of[service].dead:
            yield f"{one.kind} at {place} has neither outcome nor dead letter: {shown(one.raw)}"


def broken(system: RunningSystem) -> Mapping[Place, bool]:
    """The places of batches that no service can take apart, and that each keeps whole; they have a dead letter."""
    query_ = """SELECT topic, part, "offset" FROM dead_letters WHERE reason LIKE 'Its batch cannot be taken apart%'"""
    return {(topic, part, offset): True for s in DECIDING for topic, part, offset in query(system, s, query_)}


def published(system: RunningSystem, records: Mapping[Place, wire.Stored], sent: Sent) -> Iterator[str]:
    """Each row of a log is in its topic once, in order; beside them stands only what was forged."""
    logs = {
        "admitted": ("admitted", b"admitted-position"),
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
