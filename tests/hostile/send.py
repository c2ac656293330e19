"""What carries a run's records to a real broker: hostile ones byte for byte, honest ones as other systems send them.

Honest stories go by Kafka in both content modes, in committed transactions, and over HTTP; some commands are delivered
twice. Some stories go in transactions that are aborted, and must leave no trace.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import cramjam
import httpx
from confluent_kafka import Producer

from tests import kafka_clients
from tests.foreign import Client, binary, service_of, structured
from tests.hostile import compression, honest, wire
from tests.hostile.generate import BOMBS, PARTITIONS, Parcel
from tests.hostile.records import Hostile
from tests.hostile.wire import Raw
from tests.system import TOKEN

Event = dict[str, Any]
Place = tuple[str, int, int]
"""Topic, partition, offset."""
BUSY_S = 0.2
CROWDS, CROWD = 8, 24
QUIET_S = 1.0
UNDECODABLE = Parcel(
    "vacancies.commands", 0, (Hostile("undecodable in a crowd", Raw(b"x", b"{}", ((b"\xff\xfe", b"x"),))),), age_ms=0
)
FLUSHED_SHARE = 0.1
"""Of hostile batches before which all honest commands have arrived: behind the others they come in bursts."""


@dataclass
class Sent:
    """What was sent in a run, and what the broker said of it."""

    placed: dict[Place, Hostile] = field(default_factory=dict)
    batches: dict[Place, Place] = field(default_factory=dict)
    """Of each hostile record, where the first one of its batch stands: a batch that is broken is kept as one there."""
    refused: Counter[str] = field(default_factory=Counter)
    """By kind, twist and error code: batches that the broker itself did not take."""
    honest: dict[tuple[str, str], Event] = field(default_factory=dict)
    """By source and id."""
    times: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each honest command was delivered."""
    aborted: list[Event] = field(default_factory=list)
    wrong_over_http: list[str] = field(default_factory=list)

    def note(self, event: Event) -> None:
        key = (event["source"], event["id"])
        self.honest[key] = event
        self.times[key] += 1


def spoilt(parcel: Parcel, plain: bytes) -> bytes:
    """The batch's records, compressed, with the parcel's twist."""
    codec, twist, half = parcel.codec, parcel.twist, len(plain) // 2
    if twist == "gzip members":
        return compression.compressed("gzip", plain[:half]) + compression.compressed("gzip", plain[half:])
    if twist == "zstd frames":
        return compression.compressed("zstd", plain[:half]) + compression.compressed("zstd", plain[half:])
    if twist == "snappy plain":
        return bytes(cramjam.snappy.compress_raw(plain))
    if twist == "bytes behind":
        return compression.compressed(codec, plain + b"more than there is")
    packed = compression.compressed(codec, plain)
    if twist == "gzip trailer":
        return packed[:-8] + b"\xde\xad\xbe\xef" * 2
    if twist == "gzip name":
        return packed[:3] + b"\x08" + packed[4:10] + b"name\0" + packed[10:]
    if twist.endswith(" tail"):
        return packed + b"\xff" * 11
    return packed


def encoded(parcel: Parcel, now_ms: int) -> bytes:
    """The parcel as a record batch."""
    raws = [one.raw for one in parcel.records]
    if parcel.twist in BOMBS:
        raws = [Raw(raw.key, bytes(BOMBS[parcel.twist][1]), ()) for raw in raws]
    if parcel.twist in RECORD_TWISTS:
        plain = b"".join(RECORD_TWISTS[parcel.twist](wire.record(raw, nr)) for nr, raw in enumerate(raws))
    else:
        plain = wire.encoded(raws)
    return wire.batch(
        spoilt(parcel, plain),
        len(raws),
        attributes=compression.CODECS.index(parcel.codec),
        timestamp_ms=parcel.timestamp_ms if parcel.age_ms is None else now_ms - parcel.age_ms,
        producer=parcel.producer,
    )


def _body(record: bytes) -> bytes:
    at = next(nr for nr, byte in enumerate(record) if byte < 0x80) + 1
    return record[at:]


def _with_attributes(record: bytes) -> bytes:
    body = b"\xff" + _body(record)[1:]
    return wire.varint(len(body)) + body


def _with_delta(record: bytes) -> bytes:
    body = b"\0" + wire.varint(-(2**40)) + _body(record)[2:]
    return wire.varint(len(body)) + body


def _with_tail(record: bytes) -> bytes:
    body = _body(record) + b"tail"
    return wire.varint(len(body)) + body


RECORD_TWISTS = {"record attributes": _with_attributes, "delta of time": _with_delta, "tail of record": _with_tail}


class Sender:
    """Sends to one system; what was sent is in `sent`."""

    def __init__(self, kafka: str, url: Callable[[str], str], seed: int, token: str = TOKEN) -> None:
        """`url` gives the address of a service by its name."""
        self._url = url
        self._token = token
        self._broker = wire.Broker(kafka)
        self._client = Client(kafka)
        self._chance = Random(seed)  # noqa: S311
        self._transactions = Producer(
            {
                **kafka_clients.confluent(kafka),
                "transactional.id": f"hostile-{seed}",
                "transaction.timeout.ms": 10_000,
                "partitioner": "murmur2_random",
                "log_level": 0,
            }
        )
        self._transactions.init_transactions(30)
        self._aside = ThreadPoolExecutor(2)
        self.sent = Sent()

    def close(self) -> None:
        """Everything sent has arrived, and whoever waits for an answer has one."""
        self._client.flush()
        self._aside.shutdown()
        self._broker.close()

    def parcel(self, parcel: Parcel) -> None:
        """One hostile batch, at once."""
        if self._chance.random() < FLUSHED_SHARE:
            self._client.flush()
        code, base = self._broker.produce(parcel.topic, parcel.partition, encoded(parcel, int(time.time() * 1000)))
        if code:
            self.sent.refused[f"{parcel.records[0].kind}, {parcel.codec}, {parcel.twist}: error {code}"] += 1
            return
        for nr, one in enumerate(parcel.records):
            place = (parcel.topic, parcel.partition, base + nr)
            self.sent.placed[place] = one
            self.sent.batches[place] = (parcel.topic, parcel.partition, base)

    def story(self, nr: int, events: Sequence[Event]) -> None:
        """The commands of one honest story, in order."""
        way = nr % 8
        if way == 7:
            for event in events:
                self.sent.note(event)
            self._aside.submit(self._over_http, events)
        elif way == 3:
            self._in_transaction(events, commit=True)
        else:
            if way == 5:
                self._in_transaction([never(event) for event in events], commit=False)
            for event in self._twice_now_and_then(events):
                self.sent.note(event)
                key, value, headers = (structured if way % 2 else binary)(event)
                self._client.raw(f"{service_of(event)}.commands", value, key, headers)

    def crowds(self, name: str) -> None:
        """Many honest commands in all partitions at once, and among them a record that no client library decodes.

        What a client had taken from other partitions is lost to it where it meets such a record.
        """
        for nr in range(CROWDS):
            events = honest.crowd(f"{name}-{nr}", CROWD)
            for part in (events[: CROWD // 2], events[CROWD // 2 :]):
                for event in part:
                    self.sent.note(event)
                self._client.send(part)
                self.parcel(replace(UNDECODABLE, partition=nr % PARTITIONS))

    def alone(self, parcels: Iterable[Parcel]) -> None:
        """Each when nothing else comes, so that a client reads it by itself."""
        self._client.flush()
        for parcel in parcels:
            time.sleep(QUIET_S)
            self.parcel(parcel)

    def taken_back(self, stories: Sequence[Sequence[Event]]) -> None:
        """Transactions that are aborted, so that a partition may end with marks and no record."""
        for events in stories:
            self._in_transaction([never(event) for event in events], commit=False)

    def _twice_now_and_then(self, events: Sequence[Event]) -> Iterator[Event]:
        for event in events:
            yield event
            if self._chance.random() < 0.05:
                yield event

    def _in_transaction(self, events: Sequence[Event], *, commit: bool) -> None:
        self._transactions.begin_transaction()
        for event in events:
            key, value, headers = binary(event)
            self._transactions.produce(f"{service_of(event)}.commands", value=value, key=key, headers=[*headers])
            if commit:
                self.sent.note(event)
            else:
                self.sent.aborted.append(event)
        self._transactions.flush(30)
        if commit:
            self._transactions.commit_transaction(30)
        else:
            self._transactions.abort_transaction(30)

    def _over_http(self, events: Sequence[Event]) -> None:
        for event in events:
            try:
                self._post(event)
            except Exception as fault:
                self.sent.wrong_over_http.append(f"{event['id']}: {type(fault).__name__}: {fault}"[:300])

    def _post(self, event: Event) -> None:
        url = f"{self._url(service_of(event))}/v1/commands"
        headers = {"content-type": "application/cloudevents+json", "authorization": f"Bearer {self._token}"}
        for _ in range(300):
            answer = httpx.post(url, content=json.dumps(event), headers=headers, timeout=120)
            if answer.status_code != 503:
                break
            time.sleep(BUSY_S)  # which is what a 503 asks for
        if answer.status_code not in (200, 202):
            self.sent.wrong_over_http.append(f"{event['id']}: {answer.status_code} {answer.text[:300]}")


def never(event: Event) -> Event:
    """The command under an id that nobody may ever be answered for: its transaction is aborted."""
    return {**event, "id": f"never-{event['id']}"}
