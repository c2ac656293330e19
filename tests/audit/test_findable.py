"""Whatever the archive takes can be found, or what stands beside it can: nothing in a record stops the search."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevents import Envelope, from_kafka
from kernel.http import application
from services.audit.archive import selection
from services.audit.archive.selection import Selection, TimeRange
from services.audit.http import access, proofs, search_routes
from services.audit.http.refusals import Refusals
from services.audit.http.search_routes import SearchParameters, search
from services.audit.pages import log_pages
from services.audit.search import indexer
from services.audit.search.indexer import IndexedBatch, IndexedMessage, term
from services.audit.verify import verifier
from tests.audit.conftest import Archive, record
from tests.callers import CalledAs

pytestmark = pytest.mark.servers

GOOD = [("ce_specversion", b"1.0"), ("ce_source", b"urn:x"), ("ce_type", b"a.b"), ("content-type", b"application/json")]


def event(offset: int, **attributes: bytes) -> Any:
    """A readable event, with some attributes more."""
    given = {"id": b"e-%d" % offset, "subject": b"line/%d" % offset, **attributes}
    headers = [*(pair for pair in GOOD if pair[0][3:] not in given), *((f"ce_{name}", v) for name, v in given.items())]
    return record(offset, headers=headers)


async def indexed(archive: Archive, *records: Any) -> list[IndexedBatch]:
    await archive.keep(records)
    looks: list[IndexedBatch] = []
    while not looks or looks[-1].records:
        async with archive.pool.acquire() as connection, connection.transaction():
            looks.append(await indexer.index(connection))
    return looks


async def messages(archive: Archive, **sought: Any) -> Sequence[IndexedMessage]:
    async with archive.pool.acquire() as connection:
        return (await search(connection, SearchParameters.model_validate(sought)))[0]


DEEP = b"[" * 100_000
WIDE = "\N{CYRILLIC SMALL LETTER ZHE}"
OUTCOMES = [
    DEEP,
    json.dumps({"status": "x" * 500_000}).encode(),
    b'{"status": "\\ud800"}',
    b'{"status": "a\\u0000b", "rule": "\\udfff"}',
    b'{"status": {"deep": [1]}, "rule": 7}',
    b'{"status": 1' + b"0" * 5_000 + b"}",
    *(b"null", b"7", b"[]", b"\xff\xfe", b""),
]
LONG = {
    name: (WIDE * 2_000).encode()
    for name in ("id", "source", "type", "subject", "actor", "correlationid", "causationid")
}


async def test_a_record_with_anything_in_it_does_not_stop_those_behind_it(archive: Archive) -> None:
    """Keys, attributes, times and answers at the edges of what Kafka takes, among good events."""
    odd = [
        record(100, key=os.urandom(4_000), headers=[]),
        record(101, key=os.urandom(900_000), headers=[], value=None),
        record(102, key=b"\0" * 3_000, headers=[("\udcff", b"x")]),
        record(103, key=None, headers=[("ce_id", None)], value=b"x" * 900_000),
        event(104, **LONG),
        event(105, **{name: os.urandom(1_500).hex().encode()[:2_040] for name in LONG}),
        event(106, time=b"0001-01-01T00:00:00Z", recordedtime=b"9999-12-31T23:59:59.999999Z"),
        event(107, time=b"0001-01-01T00:00:00.000001Z", recordedtime=b"9999-12-31T23:59:59.999998Z"),
        record(108, timestamp=-(2**63)),
        record(109, timestamp=2**63 - 1, headers=[("ce_id", DEEP)]),
        *(
            record(200 + nr, topic="approvals.outcomes", value=value, headers=event(200 + nr).headers)
            for nr, value in enumerate(OUTCOMES)
        ),
        *(
            record(
                300 + nr,
                topic="approvals.dead-letters",
                headers=[(f"dead-letter-{name}", part) for name in ("topic", "partition", "offset")],
            )
            for nr, part in enumerate((b"", os.urandom(3_000), b"9" * 9_000, b"a\0b", b"\xff"))
        ),
    ]
    mixed = [one for nr, hostile in enumerate(odd) for one in (hostile, event(1_000 + nr))]
    await indexed(archive, *mixed)
    for nr in range(len(odd)):
        (one,) = await messages(archive, stream=f"line/{1_000 + nr}")
        assert one.id == f"e-{1_000 + nr}"
    assert await archive.pool.fetchval("SELECT count(*) FROM messages") == len(mixed)
    assert await archive.pool.fetchval(indexer.sql()["behind"]) == 0


async def test_a_long_text_is_found_by_all_of_it_and_by_what_is_shown(archive: Archive) -> None:
    """Given an attribute that no index holds, then it is searched for as it was sent."""
    key = os.urandom(600).replace(b"\0", b"\xff")
    await indexed(archive, event(0, **LONG), record(1, key=key, headers=[]))
    whole = LONG["subject"].decode()
    for sought in ("stream", "actor", "type", "correlation"):
        (one,) = await messages(archive, **{sought: whole})
        assert (one.offset, len(getattr(one, sought).encode()) < indexer.TERM_BYTES_MAX) == (0, True)
        assert [again.offset for again in await messages(archive, **{sought: getattr(one, sought)})] == [0]
    (other,) = await messages(archive, stream=indexer.stream_of(key))
    assert other.offset == 1


async def test_the_one_that_the_database_does_not_take_is_found_by_its_place(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given an index that takes less than we believe, then the culprits stand alone and the others are as ever."""
    monkeypatch.setattr(indexer, "term", lambda text: text)
    culprits = {3, 4, 17, 39}
    await indexed(
        archive,
        *(record(nr, key=os.urandom(4_000), headers=[]) if nr in culprits else event(nr) for nr in range(40)),
    )
    rows = [IndexedMessage(*row) for row in await archive.pool.fetch("SELECT * FROM messages ORDER BY leaf")]
    assert [row.offset for row in rows] == [*range(40)]
    assert {row.offset for row in rows if (row.id, row.stream) == (None, None)} == culprits
    assert {row.offset for row in rows if row.id == f"e-{row.offset}"} == {*range(40)} - culprits


async def test_one_that_cannot_be_decoded_at_all_is_found_by_its_place(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:

    def broken(key: bytes | None, value: bytes | None, headers: Any) -> Envelope:
        if value == b'{"nr": 1}':
            raise RecursionError
        return from_kafka(key, value, headers)

    monkeypatch.setattr(indexer, "from_kafka", broken)
    await indexed(archive, *(event(nr) for nr in range(3)))
    assert [one.offset for one in await messages(archive)] == [2, 1, 0]
    assert [one.offset for one in await messages(archive, type="a.b")] == [2, 0]


async def test_a_fault_of_the_server_is_no_fault_of_a_record(archive: Archive) -> None:
    """Given a table that is not there for a while, then nothing is passed over as if a record were at fault."""
    await archive.keep([event(0)])
    await archive.pool.execute("ALTER TABLE messages RENAME TO elsewhere")
    with pytest.raises(asyncpg.UndefinedTableError):
        await indexed(archive)
    await archive.pool.execute("ALTER TABLE elsewhere RENAME TO messages")
    await indexed(archive)
    assert [one.id for one in await messages(archive)] == ["e-0"]


async def test_a_row_that_was_put_in_or_taken_out_does_not_end_the_search(archive: Archive) -> None:
    """Given whoever owns the database, then what comes afterwards is found all the same."""
    await indexed(archive, event(0))
    await archive.pool.execute(
        'INSERT INTO records SELECT topic, part, 9000, "timestamp", key, value, headers, archived, 1::bigint << 60'
        " FROM records WHERE leaf = 0"
    )
    await archive.keep([event(nr) for nr in range(1, 1_300)])
    await archive.pool.execute("DELETE FROM records WHERE leaf BETWEEN 1 AND 1200")
    await archive.pool.execute(
        "INSERT INTO messages (leaf, topic, part, \"offset\", kind) VALUES (1250, 'x', 0, 0, 'record')"
    )
    await indexed(archive)
    await indexed(archive, event(2_000))
    assert [one.offset for one in await messages(archive, stream="line/2000")] == [2_000]
    assert await archive.pool.fetchval("SELECT leaf FROM messages_high_water_mark") == 1_301


async def test_a_look_takes_no_more_than_some_bytes(archive: Archive) -> None:
    """Given records at the topic's limit, then a few at a time are held, however many wait."""
    looks = await indexed(archive, *(record(nr, value=bytes(900_000)) for nr in range(30)))
    assert [look.records for look in looks if look.records] == [10, 10, 10]
    assert all(look.full for look in looks if look.records)


@given(st.text(st.characters(codec=None), max_size=3_000) | st.text(min_size=400, max_size=3_000))
def test_a_term_is_what_postgres_holds_and_its_own_term(text: str) -> None:
    assert len(term(text).encode()) <= indexer.TERM_BYTES_MAX
    assert "\0" not in term(text)
    assert term(term(text)) == term(text)


EDGES = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC)]


@pytest.mark.parametrize("edge", EDGES, ids=str)
async def test_times_at_the_edges_of_the_calendar_are_shown_and_searched_and_selected(
    archive: Archive, edge: datetime
) -> None:
    """As a page, as JSON, as a filter; a record's own timestamp may be beyond any calendar."""
    text = edge.isoformat().replace("+00:00", "Z").encode()
    await indexed(
        archive, event(0, time=text, recordedtime=text), record(1, timestamp=2**63 - 1), record(2, timestamp=-1)
    )
    app = application.app("the archive")
    access.record_readings(app, archive.pool, Refusals())
    app.include_router(search_routes.routes(archive.pool))
    app.include_router(log_pages.routes(archive.pool, archive.health))
    async with AsyncClient(
        transport=ASGITransport(CalledAs(app), client=("127.0.0.1", 1)), base_url="http://127.0.0.1"
    ) as near:
        for path in ("/", "/?recorded_since=1900-01-01T00:00", "/v1/messages?recorded_since=1900-01-01T00:00:00Z"):
            assert (await near.get(path)).status_code == 200, path
        for path in ("/?recorded_until=9999-12-31T23:59", "/v1/messages?recorded_since=0001-01-01T00:00:00%2B05:00"):
            assert (await near.get(path)).status_code == 400, path
        for offset in range(3):
            for path in (f"/messages/approvals.events/0/{offset}", f"/v1/causes?at=approvals.events/0/{offset}"):
                assert (await near.get(path)).status_code == 200, path
    for period in (TimeRange(edge, None), TimeRange(None, edge), TimeRange(edge - timedelta(0), edge)):
        which = Selection(effective=period, recorded=period)
        async with archive.pool.acquire() as connection:
            assert [page async for page in selection.pages(connection, which, 3)]


CLAIMED = b"2001-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("timestamp_ms", "recorded"),
    [(1_404_205_200_000, datetime(2014, 7, 1, 9, tzinfo=UTC)), (-1, None), (2**63 - 1, None)],
)
async def test_a_command_was_recorded_when_kafka_took_it_unless_its_sender_says_otherwise(
    archive: Archive, timestamp_ms: int, recorded: datetime | None
) -> None:
    silent, claimed = (event(0, time=b"2014-06-30T00:00:00Z", **more) for more in ({}, {"recordedtime": CLAIMED}))
    command = record(0, topic="approvals.commands", timestamp=timestamp_ms, headers=silent.headers)
    other = record(0, topic="vacancies.commands", timestamp=timestamp_ms, headers=claimed.headers)
    await indexed(archive, command, other, event(0, time=b"2014-06-30T00:00:00Z", recordedtime=b"2014-07-02T00:00:00Z"))
    times = {one.topic: (one.effective, one.recorded) for one in await messages(archive)}
    happened = datetime(2014, 6, 30, tzinfo=UTC)
    assert times == {
        "approvals.commands": (happened, recorded),
        "vacancies.commands": (happened, datetime(2001, 1, 1, tzinfo=UTC)),
        "approvals.events": (happened, datetime(2014, 7, 2, tzinfo=UTC)),
    }
    since_2002 = TimeRange(datetime(2002, 1, 1, tzinfo=UTC), datetime(2014, 7, 2, tzinfo=UTC))
    which = Selection(recorded=since_2002)
    async with archive.pool.acquire() as connection:
        pages = [page async for page in selection.pages(connection, which, 3)]
    assert [row["topic"] for page in pages for row in page.records] == (["approvals.commands"] if recorded else [])


async def test_a_header_whose_name_is_no_text_is_shown_and_given_with_its_proof(archive: Archive) -> None:
    """On the page escaped, so that no other name looks the same; in JSON as its bytes, which the verifier hashes."""
    odd = [("\udcff\udcfe", b"x"), ("\\xff", b"<b>"), ("", None)]
    await indexed(
        archive, record(0, key=b"\xff\x00<i>", headers=odd, value=None), record(1, headers=[("a\n\x1b", b"")])
    )
    await archive.sign()
    app = application.app("the archive")
    access.record_readings(app, archive.pool, Refusals())
    app.include_router(proofs.routes(archive.pool))
    app.include_router(log_pages.routes(archive.pool, archive.health))
    async with AsyncClient(
        transport=ASGITransport(CalledAs(app), client=("127.0.0.1", 1)), base_url="http://127.0.0.1"
    ) as near:
        page = await near.get("/messages/approvals.events/0/0")
        assert (page.status_code, r"<dt>\xff\xfe</dt>" in page.text, r"<dt>\\xff</dt>" in page.text) == (
            200,
            True,
            True,
        )
        assert "<i>" not in page.text
        other = await near.get("/messages/approvals.events/0/1")
        assert (other.status_code, r"a\u000a\u001b" in other.text) == (200, True)
        bundle = (await near.get("/v1/bundles/approvals.events/0/0")).json()
    assert [name for name, _ in bundle["record"]["headers"]] == [{"hex": "fffe"}, "\\xff", ""]
    assert verifier.verify_bundle(bundle, str(archive.signer.verifier)).findings == []
