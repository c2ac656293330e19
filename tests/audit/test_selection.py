"""Any filters, any pages, from any leaf on: the records that a plain look at each would find, in leaf order."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevents import Envelope
from services.audit.archive import selection
from services.audit.archive.selection import Selection, TimeRange, UnknownFilterValue
from tests.audit.conftest import Archive, record

pytestmark = pytest.mark.servers
DAY = datetime(2026, 1, 1, tzinfo=UTC)
TYPES = ("forcegen.approvals.MandateProposed", "forcegen.approvals.ProposeMandate")
TOPICS = ("approvals.events", "approvals.commands", "vacancies.events")


def headers(nr: int, **changed: bytes | None) -> list[tuple[str, bytes | None]]:
    """Record `nr`: of one of three streams, effective on day `nr`, recorded a year later."""
    attributes = {
        **{"ce_specversion": b"1.0", "ce_id": b"%d" % nr, "ce_source": b"test", "ce_type": TYPES[nr % 2].encode()},
        "ce_subject": b"mandate/%d" % (nr % 3),
        "ce_time": (DAY + timedelta(nr)).isoformat().encode(),
        "ce_recordedtime": (DAY + timedelta(365 + nr)).isoformat().encode(),
        "ce_correlationid": b"c%d" % (nr // 10),
    }
    return list({**attributes, **changed}.items())


def kept(nr: int) -> Any:
    """In three topics, two partitions each."""
    own = {"topic": TOPICS[nr % 3], "partition": nr % 2, "key": b"mandate/%d" % (nr % 3)}
    return record(nr, **own, headers=headers(nr), value=b'{"nr": %d}' % nr)


async def selected(archive: Archive, which: Selection, after: int = -1) -> list[int]:
    """Offsets, which are unlike in this archive, of what is let through."""
    async with archive.pool.acquire() as connection:
        before = await selection.size(connection)
        pages = selection.pages(connection, which, before, after)
        return [row["offset"] async for page in pages for row in page.records]


async def counted(archive: Archive, which: Selection) -> int:
    async with archive.pool.acquire() as connection:
        return await selection.count(connection, which, await selection.size(connection))


@pytest.fixture
async def sixty(archive: Archive) -> Archive:
    await archive.keep([kept(nr) for nr in range(60)])
    return archive


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, range(60)),
        ({"topics": ["vacancies.events"]}, range(2, 60, 3)),
        ({"services": ["approvals"]}, [nr for nr in range(60) if nr % 3 != 2]),
        ({"topics": ["vacancies.events"], "services": ["approvals"]}, []),
        ({"streams": ["mandate/1"]}, range(1, 60, 3)),
        ({"streams": ["mandate/1", "mandate/2"]}, [nr for nr in range(60) if nr % 3]),
        ({"types": [TYPES[1]]}, range(1, 60, 2)),
        ({"correlations": ["c2"]}, range(20, 30)),
        ({"effective": TimeRange(DAY + timedelta(5), DAY + timedelta(8))}, [5, 6, 7]),
        ({"recorded": TimeRange(since=DAY + timedelta(365 + 58))}, [58, 59]),
        ({"recorded": TimeRange(until=DAY + timedelta(365 + 2))}, [0, 1]),
        ({"as_far_as": {("approvals.events", 0): 12, ("vacancies.events", 1): 6}}, [0, 5, 6]),
        ({"types": [TYPES[0]], "correlations": ["c1"], "topics": ["approvals.commands"]}, [10, 16]),
    ],
)
async def test_every_filter_lets_through_what_it_says_and_nothing_else(
    sixty: Archive, filters: Mapping[str, Any], wanted: Sequence[int]
) -> None:
    assert await selected(sixty, Selection(**filters)) == [*wanted]


async def test_pages_have_a_bound_in_records_and_in_bytes_and_can_be_taken_up_after_any_leaf(
    sixty: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("PAGE_RECORDS_MAX", 7), ("PAGE_BYTES_MAX", 1_400)):
        with monkeypatch.context() as patched:
            patched.setattr(selection, name, most)
            async with sixty.pool.acquire() as connection:
                pages = [p async for p in selection.pages(connection, Selection(), 60)]
            assert all(len(p.records) <= 7 for p in pages)
            assert len(pages) > 8
            assert [r["offset"] for p in pages for r in p.records] == [*range(60)]
            for after in (0, 1, 30, 58, 59):
                assert await selected(sixty, Selection(), after) == [*range(after + 1, 60)]


async def test_a_record_larger_than_a_page_is_a_page(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "PAGE_BYTES_MAX", 1_000)
    await archive.keep([record(0), record(1, value=b"x" * 100_000), record(2, value=None), record(3)])
    async with archive.pool.acquire() as connection:
        sizes = [len(p.records) async for p in selection.pages(connection, Selection(), 4)]
    assert sizes == [2, 2]


async def test_what_cannot_be_read_is_selected_by_its_topic_alone_and_counted(sixty: Archive) -> None:
    garbage: list[dict[str, Any]] = [
        {"value": None, "headers": []},
        {"value": b"\xff", "headers": [("ce_type", b"\xff")]},
        {"value": b"[", "headers": [("content-type", b"application/cloudevents+json")]},
    ]
    await sixty.keep([record(100 + nr, topic=TOPICS[0], key=b"mandate/1", **each) for nr, each in enumerate(garbage)])
    assert (await selected(sixty, Selection(topics=[TOPICS[0]])))[-3:] == [100, 101, 102]
    which = Selection(streams=["mandate/1"])
    assert await selected(sixty, which) == [*range(1, 60, 3)]
    async with sixty.pool.acquire() as connection:
        pages = [p async for p in selection.pages(connection, which, 63)]
    assert (sum(p.unreadable for p in pages), sum(p.scanned for p in pages)) == (3, 63)


async def test_a_structured_event_is_looked_into_as_a_binary_one(archive: Archive) -> None:
    value = b'{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"mandate\\/7","data":{}}'
    await archive.keep([record(0, key=None, value=value, headers=[("content-type", b"application/cloudevents+json")])])
    assert await selected(archive, Selection(streams=["mandate/7"])) == [0]
    assert await selected(archive, Selection(streams=["mandate/8"])) == []


async def test_the_key_stands_for_a_subject_that_is_not_given(archive: Archive) -> None:
    await archive.keep([record(0, key=b"mandate/7", headers=headers(0, ce_subject=None))])
    assert await selected(archive, Selection(streams=["mandate/7"])) == [0]


async def test_the_count_is_of_what_will_be_looked_at(sixty: Archive) -> None:
    assert await counted(sixty, Selection(topics=["vacancies.events"])) == 20
    assert await counted(sixty, Selection(topics=["vacancies.events"], streams=["mandate/0"])) == 20
    assert await counted(sixty, Selection(as_far_as={("vacancies.events", 0): 9})) == 2


async def test_what_is_not_in_the_archive_is_refused_with_what_is(sixty: Archive) -> None:
    async with sixty.pool.acquire() as connection:
        there = await selection.partitions(connection)
    assert there == [(topic, part) for topic in sorted(TOPICS) for part in (0, 1)]
    selection.check(Selection(topics=TOPICS, services=["vacancies"], as_far_as={(TOPICS[0], 0): 1}), there)
    for which in (
        *(Selection(topics=["approval.events"]), Selection(services=["approval"])),
        Selection(as_far_as={("approval.events", 0): 1}),
    ):
        with pytest.raises(UnknownFilterValue, match=r"approval.*There are: approvals"):
            selection.check(which, there)


def test_a_type_is_named_in_full_or_by_its_end() -> None:
    assert selection.type_named("MandateProposed") == [TYPES[0]]
    assert selection.type_named(TYPES[0]) == [TYPES[0]]
    with pytest.raises(UnknownFilterValue, match=r"no type 'MandateProposes'.*Did you mean MandateProposed\?"):
        selection.type_named("MandateProposes")


INSTANTS = st.one_of(st.none(), st.datetimes(DAY.replace(tzinfo=None), timezones=st.just(UTC)))


@given(since=INSTANTS, until=INSTANTS, instant=INSTANTS)
def test_a_period_holds_its_beginning_and_not_its_end(
    since: datetime | None, until: datetime | None, instant: datetime | None
) -> None:
    held = instant in TimeRange(since, until)
    if since is None and until is None:
        assert held
    elif instant is None:
        assert not held
    else:
        assert held == ((since or instant) <= instant and (until is None or instant < until))


@given(
    streams=st.lists(st.sampled_from("ab")),
    types=st.lists(st.sampled_from("tu")),
    correlations=st.lists(st.sampled_from("cd")),
    subject=st.sampled_from([None, "a", "b"]),
    type_=st.sampled_from("tu"),
    correlation=st.sampled_from([None, "c", "d"]),
)
def test_filters_hold_together(
    streams: list[str],
    types: list[str],
    correlations: list[str],
    subject: str | None,
    type_: str,
    correlation: str | None,
) -> None:
    one = Envelope("1", "s", type_, subject, None, None, None, b"{}", correlation_id=correlation)
    which = Selection(streams=streams, types=types, correlations=correlations)
    alone = [
        *(not streams or (subject or "a") in streams, not types or type_ in types),
        not correlations or correlation in correlations,
    ]
    assert which.admits(one, b"a") == all(alone)
    assert which.looks_inside == bool(streams or types or correlations)
