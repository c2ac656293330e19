"""Another system's client: plain Kafka and CloudEvents headers, written from the published contract alone.

It imports nothing of this system. A command is a CloudEvent in the binary content mode: attributes in `ce_` headers,
the data as the value, the subject as the key. The answer comes on `<service>.outcomes`, identified by source and id.
"""

import json
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

JsonObject: TypeAlias = dict[str, Any]
"""`Any`: the published contract defines its content, and this client has no model of it."""
CloudEvent: TypeAlias = JsonObject
"""In the JSON format: the attributes and `data`."""
Address: TypeAlias = tuple[str, str, str]
"""The address of an answer: service, source of the command, id of the command."""
Answer: TypeAlias = JsonObject
Offsets: TypeAlias = Mapping[tuple[str, int], int]
"""Offsets by topic and partition."""

SERVICES: Final = ("approvals", "vacancies", "deployments")
POLL_MS: Final = 200
REQUEST_TIMEOUT_MS: Final = 10_000
NOT_HEADERS: Final = frozenset({"data", "datacontenttype"})


class NoAnswer(Exception):
    """No answer to the sent commands came in time."""


class ForeignClient:
    """Sends commands and remembers every answer since the topics began."""

    def __init__(self, brokers: Mapping[str, object]) -> None:
        """`brokers` as the library takes them: the addresses, and the name and password that this system was given."""
        self._producer = AIOKafkaProducer(**brokers, acks="all", linger_ms=5, request_timeout_ms=REQUEST_TIMEOUT_MS)
        self._consumer = AIOKafkaConsumer(**brokers, enable_auto_commit=False, request_timeout_ms=REQUEST_TIMEOUT_MS)
        self._ends: dict[TopicPartition, int] = {}
        self._answers: dict[Address, list[Answer]] = {}
        self._fresh: set[Address] = set()

    async def __aenter__(self) -> "ForeignClient":
        try:
            await self._producer.start()
            await self._consumer.start()
            await self._read_from_the_start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()
        await self._consumer.stop()

    async def _read_from_the_start(self) -> None:
        partitions = await self._partitions(f"{service}.outcomes" for service in SERVICES)
        self._consumer.assign(partitions)
        self._ends = await self._consumer.end_offsets(partitions)
        for partition in partitions:
            self._consumer.seek(partition, 0)

    async def _partitions(self, topics: Iterable[str]) -> list[TopicPartition]:
        return [TopicPartition(topic, nr) for topic in topics for nr in await self._producer.partitions_for(topic)]

    async def send(self, commands: Iterable[CloudEvent]) -> None:
        """Send in order, all at once; returns when Kafka has them."""
        deliveries = []
        for command in commands:
            service = command["type"].split(".")[1]
            headers = [(f"ce_{name}", str(text).encode()) for name, text in command.items() if name not in NOT_HEADERS]
            headers.append(("content-type", b"application/json"))
            key, value = command["subject"].encode(), json.dumps(command["data"]).encode()
            deliveries.append(await self._producer.send(f"{service}.commands", key=key, value=value, headers=headers))
        for delivery in deliveries:
            await delivery

    async def wait_for(self, sent: Collection[Address], followed: Collection[Address], *, silence_s: float) -> None:
        """Wait until each of `sent` has a fresh answer, each of `followed` has any answer, and none is pending.

        Raises:
            NoAnswer: nothing came for `silence_s` seconds.
        """
        heard = time.monotonic()
        while missing := [*(a for a in sent if not self._is_settled(a, anew=True)), *filter(self._is_open, followed)]:
            records = await self._consumer.getmany(timeout_ms=POLL_MS)
            for partition, batch in records.items():
                for record in batch:
                    self._take(record, is_fresh=record.offset >= self._ends[partition])
            if records:
                heard = time.monotonic()
            elif time.monotonic() - heard > silence_s:
                raise NoAnswer(f"{len(missing)} commands have no answer, e.g. {missing[0][2]} to {missing[0][0]}")

    def _take(self, record: "ConsumerRecord[bytes, bytes]", *, is_fresh: bool) -> None:
        answer = json.loads(record.value)
        address = record.topic.removesuffix(".outcomes"), answer["command_source"], answer["command_id"]
        self._answers.setdefault(address, []).append(answer)
        if is_fresh:
            self._fresh.add(address)

    def _is_open(self, address: Address) -> bool:
        return not self._is_settled(address, anew=False)

    def _is_settled(self, address: Address, *, anew: bool) -> bool:
        answers = self._answers.get(address)
        if not answers or (anew and address not in self._fresh):
            return False
        return bool(answers[-1]["status"] != "pending")

    def answer(self, address: Address) -> Answer:
        """The last answer to a command."""
        return self._answers[address][-1]

    def is_repeat(self, address: Address) -> bool:
        """Whether the command was settled before, and got the same answer again."""
        settled = [answer for answer in self._answers[address] if answer["status"] != "pending"]
        return len(settled) > 1 and settled[0] == settled[-1]

    async def ends(self, topics: Iterable[str]) -> Offsets:
        """The current end offsets of topics."""
        ends = await self._consumer.end_offsets(await self._partitions(topics))
        return {(partition.topic, partition.partition): end for partition, end in ends.items()}
