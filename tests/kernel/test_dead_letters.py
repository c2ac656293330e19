"""Whatever a record is, its dead letter can be published, says what was cut, and shows bytes as what they are."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.limits import (
    DEAD_HEADER_CHARS_MAX,
    DEAD_HEADERS_MAX,
    DEAD_KEY_BYTES_MAX,
    DEAD_VALUE_BYTES_MAX,
    RECORD_BYTES_MAX,
)
from kernel.messaging import outbox
from kernel.messaging.outbox import OutboxRecord
from kernel.model import dead_letters
from kernel.model.records import Batch, DeadLetter, Origin
from kernel.store.postgres import PostgresStore
from tests.kernel.publishing import Publishing, published
from tests.servers import Servers

NAMES = st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
HEADERS = st.lists(st.tuples(NAMES, st.none() | st.binary(max_size=60)), max_size=20)


def letter(
    key: bytes | None = b"k",
    value: bytes | None = b"v",
    headers: Sequence[tuple[str, bytes | None]] = (),
    reason: str = "It is no JSON.",
) -> DeadLetter:
    return DeadLetter(Origin("approvals.commands", 1, 17), key, value, tuple(headers), reason, "value", "Send JSON.")


def rendered(one: DeadLetter, **changed: Any) -> OutboxRecord:
    """As its record, from the row that is written of it."""
    row = {
        "position": 1,
        "topic": one.origin.topic,
        "part": one.origin.partition,
        "offset": one.origin.offset,
        "key": dead_letters.key(one.key),
        "key_bytes": len(one.key or b""),
        "value": dead_letters.value(one.value),
        "value_bytes": len(one.value or b""),
        "headers": orjson.dumps(dead_letters.headers(one)).decode(),
        "headers_number": len(one.headers),
        "reason": dead_letters.cut(dead_letters.stored(one.reason)),
        "field": one.field,
        "remedy": one.remedy,
        "recorded": datetime(2022, 6, 30, tzinfo=UTC),
    }
    return outbox._RENDER["dead_letters"]("approvals", row | changed)


def read_back(text: str) -> bytes:
    """The bytes that were shown."""
    whole = text.encode()
    return re.sub(rb"\\(\\|x([0-9a-f]{2}))", lambda m: bytes.fromhex(m[2].decode()) if m[2] else b"\\", whole)


@given(st.binary(max_size=200))
def test_what_is_shown_leads_back_to_the_bytes(raw: bytes) -> None:
    assert read_back(dead_letters.shown(raw)) == raw


@given(st.binary(max_size=60), st.binary(max_size=60), HEADERS)
def test_what_is_within_bounds_is_kept_whole(key: bytes, value: bytes, headers: list[tuple[str, bytes | None]]) -> None:
    record = rendered(letter(key, value, headers))
    own = [(name, text) for name, text in record.headers if not name.startswith("dead-letter-")]
    assert [(read_back(n), None if t is None else read_back(t.decode())) for n, t in own] == [
        (name.encode("utf-8", "surrogateescape"), text) for name, text in headers
    ]
    assert (record.key, record.value) == (key or b"approvals.commands/1/17", value)
    assert {"dead-letter-key-length", "dead-letter-headers"}.isdisjoint(dict(record.headers))


@pytest.mark.parametrize(
    "one",
    [
        letter(key=b"\xff" * 1_500_000),
        letter(value=b"\xff" * 4_000_000),
        letter(headers=[("h", b"\x00" * 1_500_000)]),
        letter(headers=[("\udcff" * 1_500_000, b"")]),
        letter(headers=[("h", b"\xff")] * 100_000),
        letter(headers=[("\udcff" * 4_000, b"\x00" * 4_000)] * 300),
        letter(reason="я" * 1_000_000),
        letter(b"k" * 10**6, b"v" * 10**6, [("n" * 10**4, b"v" * 10**4)] * 100, "r" * 10**6),
    ],
    ids=["key", "value", "header", "name", "headers", "names", "reason", "everything"],
)
def test_no_record_leads_to_a_letter_that_cannot_be_published(one: DeadLetter) -> None:
    assert outbox.record_bytes(rendered(one)) < RECORD_BYTES_MAX / 4


def test_what_is_cut_says_so() -> None:
    long, many = b"v" * (DEAD_HEADER_CHARS_MAX + 1), [("many", b"x")] * (DEAD_HEADERS_MAX + 7)
    record = rendered(letter(b"k" * 5_000, b"v" * 100_000, [("long", long), *many], "r" * 5_000))
    headers = dict(record.headers)
    assert record.key == b"k" * DEAD_KEY_BYTES_MAX
    assert record.value == b"v" * DEAD_VALUE_BYTES_MAX
    assert headers["dead-letter-key-length"] == b"5000"
    assert headers["dead-letter-length"] == b"100000"
    assert headers["dead-letter-headers"] == str(len(many) + 1).encode()
    assert (headers["long"] or b"").decode().endswith(f"… ({len(long)} bytes)")
    assert (headers["dead-letter-reason"] or b"").decode().endswith("… (5000 characters)")


def test_letters_of_before_are_as_they_were_where_they_could_be_published() -> None:
    before = {"key": b"k" * 300_000, "key_bytes": None, "headers_number": None, "reason": "r" * 9_000}
    record = rendered(letter(), **before)
    assert record.key == before["key"]
    assert dict(record.headers)["dead-letter-reason"] == b"r" * 9_000
    assert "dead-letter-key-length" not in dict(record.headers)


def test_letters_of_before_that_could_not_be_published_are_cut() -> None:
    headers = orjson.dumps([["n", "\\x00" * 2_000]] * 100).decode()
    before = {"key": b"k" * 1_500_000, "key_bytes": None, "headers": headers, "headers_number": None}
    record = rendered(letter(), **before)
    assert record.key == b"k" * DEAD_KEY_BYTES_MAX
    assert dict(record.headers)["dead-letter-key-length"] == b"1500000"
    assert outbox.record_bytes(record) < RECORD_BYTES_MAX / 4


@pytest.fixture
async def service(servers: Servers, database: str) -> AsyncIterator[Publishing]:
    async with published(servers, database) as there:
        yield there


@pytest.mark.servers
async def test_letters_of_every_size_are_published_old_ones_too(service: Publishing) -> None:
    store = PostgresStore(service.pool)
    offsets = iter(range(10))

    def at(one: DeadLetter) -> DeadLetter:
        return DeadLetter(Origin("t", 0, next(offsets)), one.key, one.value, one.headers, one.reason, "value", None)

    huge = letter(b"\x00" * 1_500_000, None, [("\udcff\x00", None), *[("h", b"\\")] * 100_000], "half \ud800 and \x00")
    await store.append(Batch(dead_letters=[at(letter()), at(huge), at(letter(None, None))]))
    await store.append(Batch(dead_letters=[at(letter())]))
    of_before = "UPDATE dead_letters SET key = $1, key_bytes = NULL, headers_number = NULL WHERE position = 4"
    await service.pool.execute(of_before, b"k" * 1_500_000)
    async with service.relaying():
        records = await service.published("dead_letters", 4)
        assert not service.health.problems()
    by_position = {int(dict(record.headers())["dead-letter-position"]): record for record in records}
    assert by_position[2].key() == b"\x00" * DEAD_KEY_BYTES_MAX
    assert dict(by_position[2].headers())["dead-letter-headers"] == b"100001"
    assert ("\\xff\\x00", None) in by_position[2].headers()
    assert by_position[4].key() == b"k" * DEAD_KEY_BYTES_MAX
