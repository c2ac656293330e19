"""Whatever is deleted, altered or slipped in, in the archive, a store or the views, is named with its place."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.audit.reconciling import EVENTS, MANDATES, at, books, differences, named, place_of, spoilt, sql
from tests.system import RunningSystem

__all__ = ["books"]
pytestmark = pytest.mark.servers


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("value = value || ' '", "value in Kafka and in the archive are not the same"),
        ("key = NULL", "key in Kafka"),
        ('"timestamp" = "timestamp" + 1', "timestamp in Kafka"),
        ("headers = overlay(headers placing '\\x21' from octet_length(headers))", "headers in Kafka"),
    ],
)
def test_a_record_that_was_changed_in_the_archive_is_named(books: RunningSystem, change: str, what: str) -> None:
    place = place_of(books, 5)
    with spoilt(books, "audit.records", f"UPDATE audit.records SET {change} WHERE {at(place)}"):  # noqa: S608
        findings = differences(books)
    assert (findings[0]["kind"], findings[0]["place"]) == ("changed", place)
    assert what in findings[0]["what"]
    assert {one["place"] for one in findings} <= {place, f"{EVENTS} position 5"}


def test_a_record_that_is_gone_from_the_archive_is_named_in_its_partition_and_in_its_log(books: RunningSystem) -> None:
    place = place_of(books, 7)
    with spoilt(books, "audit.records", f"DELETE FROM audit.records WHERE {at(place)}"):  # noqa: S608
        findings = named(books)
    assert findings == [
        ("missing", place, "missing in the archive"),
        ("missing", f"{EVENTS} position 7", "missing in the archive"),
        ("extra", f"{EVENTS} position 7", "extra in the views"),
    ]


def test_the_archives_last_records_are_missed_too(books: RunningSystem) -> None:
    """It has read them: its stored offset says so, and it is no lag that they are not there."""
    topic, part, offset = sql(books, 'SELECT topic, part, "offset" FROM audit.records ORDER BY leaf DESC LIMIT 1')[0]
    cut = "DELETE FROM audit.records WHERE leaf = (SELECT max(leaf) FROM audit.records)"
    with spoilt(books, "audit.records", cut):
        findings = named(books)
    assert findings[0] == ("missing", f"{topic}/{part}/{offset}", "missing in the archive")


@pytest.mark.parametrize("offset", [-1, 10_000])
def test_a_record_that_was_slipped_into_the_archive_is_named(books: RunningSystem, offset: int) -> None:
    place = place_of(books, 3)
    topic, part, _ = place.split("/")
    copied = (
        f'INSERT INTO audit.records SELECT topic, part, {offset}, "timestamp", key, value, headers, archived, '  # noqa: S608
        f"1000000 FROM audit.records WHERE {at(place)}"
    )
    with spoilt(books, "audit.records", copied):
        findings = named(books)
    assert findings[0] == ("extra", f"{topic}/{part}/{offset}", "extra in the archive: Kafka has no record there")
    assert findings[1][0] == "extra"


def test_neighbours_that_are_gone_are_reported_as_one(books: RunningSystem) -> None:
    topic = "deployments.events"
    part, many = sql(
        books,
        f"SELECT part, count(*) FROM audit.records WHERE topic = '{topic}' GROUP BY part ORDER BY 2 DESC",  # noqa: S608
    )[0]
    assert many > 1
    gone = f"DELETE FROM audit.records WHERE topic = '{topic}' AND part = {part}"  # noqa: S608
    with spoilt(books, "audit.records", gone):
        findings = named(books)
    assert findings[0] == ("missing", f"{topic}/{part}/0 to {many - 1} ({many} records)", "missing in the archive")


@pytest.mark.parametrize(
    ("table", "change", "topic"),
    [
        ("approvals.events", "data = '{}'", "approvals.events"),
        ("approvals.events", "effective = effective + interval '1 day'", "approvals.events"),
        ("approvals.events", "type = 'forcegen.approvals.Nothing'", "approvals.events"),
        ("approvals.outcomes", "body = '{}'", "approvals.outcomes"),
    ],
)
def test_a_row_that_was_changed_in_a_store_is_named(books: RunningSystem, table: str, change: str, topic: str) -> None:
    with spoilt(books, table, f"UPDATE {table} SET {change} WHERE position = 4"):  # noqa: S608
        assert [one[:2] for one in named(books)] == [("changed", f"{topic} position 4")]


@pytest.mark.parametrize("position", [1, 9, 2 * len(MANDATES)])
def test_an_event_that_is_gone_from_a_store_is_named(books: RunningSystem, position: int) -> None:
    gone = f"DELETE FROM approvals.events WHERE position = {position}"  # noqa: S608
    with spoilt(books, "approvals.events", gone):
        assert named(books) == [("missing", f"{EVENTS} position {position}", "missing in the store of approvals")]


def test_a_store_that_was_put_back_to_a_backup_is_found_out(books: RunningSystem) -> None:
    """Its head went back with it, so that by itself it is whole."""
    keep = 2 * len(MANDATES) - 3
    with (
        spoilt(books, "approvals.events", f"DELETE FROM approvals.events WHERE position > {keep}"),  # noqa: S608
        _head(books, keep),
    ):
        findings = named(books)
    assert {kind for kind, _, _ in findings} == {"extra"}
    places = {place_of(books, keep + nr) for nr in (1, 2, 3)}
    assert sum("(" in place for _, place, _ in findings) or places <= {place for _, place, _ in findings}


@contextmanager
def _head(system: RunningSystem, position: int) -> Iterator[None]:
    ((before,),) = sql(system, "SELECT events FROM approvals.log_heads")
    sql(system, f"UPDATE approvals.log_heads SET events = {position}")  # noqa: S608
    try:
        yield
    finally:
        sql(system, f"UPDATE approvals.log_heads SET events = {before}")  # noqa: S608


def test_a_dead_letter_that_was_changed_is_named(books: RunningSystem) -> None:
    changed = "UPDATE approvals.dead_letters SET reason = 'nothing'"
    with spoilt(books, "approvals.dead_letters", changed):
        assert [one[:2] for one in named(books)] == [("changed", "approvals.dead-letters position 1")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("data = '{}'", "data"),
        ("effective = effective + interval '1 day'", "effective"),
        ("actor = 'somebody'", "actor"),
        ('"offset" = 4711', "offset"),
    ],
)
def test_an_event_that_was_changed_in_the_views_is_named(books: RunningSystem, change: str, field: str) -> None:
    changed = f"UPDATE reporting.events SET {change} WHERE service = 'approvals' AND position = 6"  # noqa: S608
    with spoilt(books, "reporting.events", changed):
        (finding,) = differences(books)
    assert (finding["kind"], finding["place"]) == ("changed", f"{EVENTS} position 6")
    assert finding["what"].startswith(f"changed: {field} in the views and in ")


def test_an_event_that_is_gone_from_the_views_is_named_and_so_is_its_guard(books: RunningSystem) -> None:
    gone = "DELETE FROM reporting.events WHERE service = 'approvals' AND position = 16"
    with spoilt(books, "reporting.events", gone):
        findings = named(books)
    assert findings[0] == ("missing", f"{EVENTS} position 16", "missing in the views")
    assert [one[0] for one in findings[1:]] == ["changed"]


def test_an_event_that_was_slipped_into_the_views_is_named(books: RunningSystem) -> None:
    forged = (
        "INSERT INTO reporting.events SELECT service, 99, gen_random_uuid(), stream, 3, type, effective, recorded,"
        " actor, correlation_id, causation_id, data, topic, part, 999, aggregate_id FROM reporting.events"
        " WHERE service = 'approvals' AND position = 16"
    )
    with spoilt(books, "reporting.events", forged):
        findings = named(books)
    assert findings[0][:2] == ("extra", f"{EVENTS} position 99")


def test_a_guard_that_was_moved_is_named(books: RunningSystem) -> None:
    moved = "UPDATE reporting.stream_versions SET version = 1 WHERE stream = 'mandate/kz-3'"
    with spoilt(books, "reporting.stream_versions", moved):
        assert named(books) == [
            (
                "changed",
                "approvals mandate/kz-3 version 1",
                "changed: the views' guard of mandate/kz-3 (approvals) is not at its last event",
            )
        ]
