"""Sends commands and receives their outcomes over Kafka.

A window of unanswered commands bounds the memory; a limit on the time without any answer bounds the wait. Outcomes are
read from where their topics ended before the first command was sent, so none can be missed; source and id of the
command identify its answer. Lines with the same source and id wait for one answer each.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from typing import Final, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import TopicAuthorizationFailedError, UnknownTopicOrPartitionError
from pydantic import ValidationError

from cli.commands.send.ndjson import BadLine, CommandLine
from cli.commands.send.signed_lines import binary
from cli.output.errors import LATE, CommandError
from contracts import command_topics
from contracts.cloudevents import from_kafka, to_kafka
from contracts.outcome import CommandDecided
from contracts.unreadable import Unreadable
from kernel.messaging.passages import Record

UNANSWERED_MAX: Final = 5_000
POLL_MS: Final = 100
STRUCTURED: Final = ("content-type", b"application/cloudevents+json")


class CommandProducer(Protocol):
    """The part of aiokafka's producer that is used."""

    async def send(
        self, topic: str, *, key: bytes, value: bytes, headers: list[tuple[str, bytes]]
    ) -> "asyncio.Future[object]": ...
    async def flush(self) -> None: ...


class OutcomeConsumer(Protocol):
    """The part of aiokafka's consumer that is used."""

    async def getmany(self, *, timeout_ms: int) -> Mapping[TopicPartition, Sequence[Record]]: ...


class SendObserver(Protocol):
    """Receives the result of each line."""

    def bad(self, line: BadLine) -> None: ...
    def sent(self, line: CommandLine) -> None: ...
    def decided(self, outcome: CommandDecided) -> None: ...


class SendAndWait:
    """One run of `send`."""

    def __init__(
        self,
        producer: CommandProducer,
        consumer: OutcomeConsumer | None,
        observer: SendObserver,
        *,
        structured: bool,
        topic_of: Callable[[str], str] = command_topics.shared,
    ) -> None:
        """Send to the topic that `topic_of` names for a command's service."""
        self._topic_of = topic_of
        self._producer = producer
        self._consumer = consumer
        self._observer = observer
        self._structured = structured
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._window = asyncio.Semaphore(UNANSWERED_MAX)
        self._last_answer_s = time.monotonic()
        self._faults: list[BaseException] = []
        self._unreadable = 0

    async def run(self, lines: AsyncIterable[CommandLine | BadLine], *, silence_s: float) -> None:
        """Send every line and, if a consumer is given, wait for its answer.

        Raises:
            CommandError: no answer came for `silence_s` seconds, or Kafka did not accept a command, or has no topic for
                it.
        """
        sending = asyncio.create_task(self._send(lines))
        try:
            if self._consumer is None:
                await sending
            else:
                await self._answers(sending, self._consumer, silence_s)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(self, lines: AsyncIterable[CommandLine | BadLine]) -> None:
        async for line in lines:
            if isinstance(line, BadLine):
                self._observer.bad(line)
                continue
            if self._consumer is not None:
                await self._window.acquire()
                if not self._waiting:
                    self._last_answer_s = time.monotonic()
                self._waiting[line.key] += 1
            (await self._written(line)).add_done_callback(self._delivered)
            self._observer.sent(line)
            self._check()
        await self._producer.flush()
        self._check()

    async def _written(self, line: CommandLine) -> "asyncio.Future[object]":
        key, value, headers = _record(line, structured=self._structured)
        topic = self._topic_of(line.service)
        try:
            return await self._producer.send(topic, key=key, value=value, headers=headers)
        except (UnknownTopicOrPartitionError, TopicAuthorizationFailedError) as fault:
            cause = f"Kafka has no topic {topic} that this user may write ({type(fault).__name__})"
            raise CommandError(
                f"{cause}. An operator makes it, and gives the right: forcegen kafka provision."
            ) from fault

    def _delivered(self, delivery: "asyncio.Future[object]") -> None:
        if not delivery.cancelled() and (fault := delivery.exception()) is not None and not self._faults:
            self._faults.append(fault)

    def _check(self) -> None:
        if self._faults:
            fault = self._faults[0]
            cause = f"{type(fault).__name__}: {fault}"
            remedy = "Send the file again: repeats are harmless."
            raise CommandError(f"Kafka did not take every command ({cause}). {remedy}")

    async def _answers(self, sending: "asyncio.Task[None]", consumer: OutcomeConsumer, silence_s: float) -> None:
        while self._waiting or not sending.done():
            if sending.done():
                sending.result()
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    self._receive(record)
            if self._waiting and time.monotonic() - self._last_answer_s > silence_s:
                raise self._unanswered(silence_s)
        sending.result()

    def _unanswered(self, silence_s: float) -> CommandError:
        cause = f"{self._waiting.total():,} command(s) have no answer, and none came for {silence_s:g} s"
        if self._unreadable:
            cause += f" ({self._unreadable:,} record(s) of the outcome topics could not be read)"
        remedy = "See `forcegen status` and `forcegen lag`; send the file again to get the answers"
        return CommandError(f"{cause}. {remedy}: repeats are harmless.", LATE)

    def _receive(self, record: Record) -> None:
        """Take a record. One that is not an outcome is foreign or of a newer version: it answers no command of ours."""
        try:
            outcome = _outcome(record)
        except (Unreadable, ValidationError, ValueError):
            self._unreadable += 1
        else:
            self._settle(outcome)

    def _settle(self, outcome: CommandDecided) -> None:
        key = outcome.command_source, outcome.command_id
        if key not in self._waiting:
            return  # the answer to another sender
        self._last_answer_s = time.monotonic()
        self._waiting[key] -= 1
        if not self._waiting[key]:
            del self._waiting[key]
        self._window.release()
        self._observer.decided(outcome)


def _record(line: CommandLine, *, structured: bool) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    key, value, headers = to_kafka(line.envelope)
    if structured:
        return key, line.text, [STRUCTURED]
    return (key, *binary(line)) if line.is_signed else (key, value, headers)


def _outcome(record: Record) -> CommandDecided:
    return CommandDecided.model_validate_json(from_kafka(record.key, record.value, record.headers).data)
