"""Sending and waiting, against a Kafka of a few lines: what is waited for, for how long, and with how much memory."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from aiokafka.errors import TopicAuthorizationFailedError, UnknownTopicOrPartitionError

from cli.commands.send import send_and_wait
from cli.commands.send.ndjson import BadLine, CommandLine, read_lines
from cli.commands.send.send_and_wait import SendAndWait
from cli.output.errors import FAILED, LATE, CommandError
from contracts import command_topics
from contracts.outcome import CommandDecided
from tests.cli.test_command_lines import line

OWN = partial(command_topics.own, producer="parliament")


@dataclass
class Record:
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def outcome(command_id: str, status: str = "accepted", source: str = "urn:mfa:kz") -> Record:
    body = {"command_id": command_id, "command_source": source, "command_type": "t", "command_stream": "s"}
    attributes = {"specversion": "1.0", "id": "o", "source": "urn:forcegen:approvals", "type": "forcegen.outcomes.X"}
    headers = tuple((f"ce_{name}", text.encode()) for name, text in attributes.items())
    return Record(b"s", json.dumps(body | {"status": status}).encode(), headers)


@dataclass
class Kafka:
    """Answers each command by `answer`, or fails it."""

    answer: Callable[[str], list[Record]] = lambda command_id: [outcome(command_id)]
    fault: Exception | None = None
    sent: list[tuple[str, bytes, bytes, list[tuple[str, bytes]]]] = field(default_factory=list)
    outcomes: list[Record] = field(default_factory=list)
    unanswered_most: int = 0

    async def send(self, topic: str, *, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> Any:
        self.sent.append((topic, key, value, headers))
        names = dict(headers)
        command_id = names["ce_id"].decode() if "ce_id" in names else json.loads(value)["id"]
        self.outcomes += self.answer(command_id)
        self.unanswered_most = max(self.unanswered_most, len(self.outcomes))
        delivery: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if self.fault is not None:
            delivery.set_exception(self.fault)
        else:
            delivery.set_result(None)
        return delivery

    async def flush(self) -> None:
        await asyncio.sleep(0)

    async def getmany(self, *, timeout_ms: int) -> Mapping[Any, Sequence[Any]]:
        await asyncio.sleep(0 if self.outcomes else timeout_ms / 1000)
        taken, self.outcomes = self.outcomes, []
        return {"approvals.outcomes": taken}


@dataclass
class Heard:
    bad_lines: list[int] = field(default_factory=list)
    sent_lines: list[int] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)

    def bad(self, line: BadLine) -> None:
        self.bad_lines.append(line.number)

    def sent(self, line: CommandLine) -> None:
        self.sent_lines.append(line.number)

    def decided(self, outcome: CommandDecided) -> None:
        self.statuses.append(outcome.status)


async def lines_of(*texts: bytes) -> AsyncIterator[CommandLine | BadLine]:
    for one in read_lines(io.BytesIO(b"".join(texts))):
        yield one


async def run(kafka: Kafka, *texts: bytes, wait: bool = True, structured: bool = False, silence_s: float = 5) -> Heard:
    heard = Heard()
    one = SendAndWait(kafka, kafka if wait else None, heard, structured=structured)
    await one.run(lines_of(*texts), silence_s=silence_s)
    return heard


async def test_a_command_goes_in_binary_mode_under_its_subject_as_key() -> None:
    kafka = Kafka()
    await run(kafka, line())
    ((topic, key, value, headers),) = kafka.sent
    assert (topic, key, json.loads(value)) == ("approvals.commands", b"mandate/kz-2013", {"mandate": "kz-2013"})
    assert ("ce_id", b"c-1") in headers


async def test_a_command_goes_in_structured_mode_as_it_was_written() -> None:
    kafka = Kafka()
    await run(kafka, line(), structured=True)
    ((_, key, value, headers),) = kafka.sent
    assert (key, value, headers) == (
        b"mandate/kz-2013",
        line().strip(),
        [("content-type", b"application/cloudevents+json")],
    )


async def test_good_lines_are_answered_and_bad_ones_reported() -> None:
    heard = await run(Kafka(), line(id="a"), b"{\n", line(id="b"))
    assert (heard.sent_lines, heard.bad_lines, heard.statuses) == ([1, 3], [2], ["accepted", "accepted"])


async def test_answers_to_others_are_not_taken_for_ours() -> None:
    kafka = Kafka(answer=lambda name: [outcome("other"), outcome(name, "refused", "urn:x"), outcome(name, "refused")])
    assert (await run(kafka, line())).statuses == ["refused"]


@pytest.mark.parametrize(
    "junk",
    [
        Record(b"", b"junk", ()),
        Record(b"s", b"\xff{", outcome("a").headers),
        Record(b"s", b"{}", outcome("a").headers),
        Record(b"s", b"{}", (("ce_id", b"\xff"), ("content-type", b"application/cloudevents+json"))),
    ],
    ids=["no event", "no JSON", "no outcome", "no UTF-8"],
)
async def test_what_a_stranger_wrote_among_the_outcomes_stops_nothing(junk: Record) -> None:
    kafka = Kafka(answer=lambda name: [junk, outcome(name)])
    assert (await run(kafka, line(id="a"), line(id="b"))).statuses == ["accepted", "accepted"]
    with pytest.raises(CommandError, match=r"1 record\(s\) of the outcome topics could not be read"):
        await run(Kafka(answer=lambda _: [junk]), line(), silence_s=0.3)


async def test_the_same_command_twice_in_a_file_waits_for_two_answers() -> None:
    assert (await run(Kafka(), line(), line())).statuses == ["accepted", "accepted"]


async def test_silence_is_bounded_and_reported_with_how_many_have_no_answer() -> None:
    kafka = Kafka(answer=lambda name: [outcome(name)] if name == "a" else [])
    with pytest.raises(CommandError, match=r"^2 command") as raised:
        await run(kafka, line(id="a"), line(id="b"), line(id="c"), silence_s=0.3)
    assert raised.value.exit_code == LATE


async def test_a_window_of_unanswered_commands_bounds_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_and_wait, "UNANSWERED_MAX", 3)
    kafka = Kafka()
    heard = await run(kafka, *(line(id=f"c-{n}") for n in range(50)))
    assert len(heard.statuses) == 50
    assert kafka.unanswered_most <= 3


async def test_silence_within_a_full_window_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_and_wait, "UNANSWERED_MAX", 2)
    with pytest.raises(CommandError, match=r"^2 command"):
        await run(Kafka(answer=lambda _: []), *(line(id=f"c-{n}") for n in range(10)), silence_s=0.3)


@pytest.mark.parametrize("wait", [True, False])
async def test_a_command_that_kafka_does_not_take_is_reported(*, wait: bool) -> None:
    with pytest.raises(CommandError, match="RuntimeError: no broker") as raised:
        await run(Kafka(fault=RuntimeError("no broker")), line(), wait=wait)
    assert raised.value.exit_code == FAILED


async def test_without_waiting_nothing_is_read() -> None:
    kafka = Kafka()
    heard = await run(kafka, line(), wait=False)
    assert (heard.sent_lines, heard.statuses) == ([1], [])


@pytest.mark.parametrize(
    ("topic_of", "topics"),
    [
        (command_topics.shared, ["approvals.commands", "deployments.commands"]),
        (
            partial(command_topics.own, producer="parliament"),
            ["approvals.commands.parliament", "deployments.commands.parliament"],
        ),
    ],
    ids=["shared", "own"],
)
async def test_a_command_goes_to_the_shared_topic_of_its_service_or_to_the_producers_own(
    topic_of: Callable[[str], str], topics: list[str]
) -> None:
    kafka = Kafka()
    lines = lines_of(line(), line(type="forcegen.deployments.RecordArrival"))
    await SendAndWait(kafka, None, Heard(), structured=False, topic_of=topic_of).run(lines, silence_s=1)
    assert [topic for topic, *_ in kafka.sent] == topics


@pytest.mark.parametrize("fault", [UnknownTopicOrPartitionError(), TopicAuthorizationFailedError("t")], ids=type)
async def test_a_topic_that_is_missing_or_anothers_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    async def refused(*_: object, **__: object) -> Any:
        raise fault

    kafka = Kafka()
    monkeypatch.setattr(kafka, "send", refused)
    with pytest.raises(CommandError, match=r"approvals\.commands\.parliament .*forcegen kafka provision"):
        await SendAndWait(kafka, None, Heard(), structured=False, topic_of=OWN).run(lines_of(line()), silence_s=1)
