"""What was known at any instant is the plain fold of the events of until then, and no two periods of a row overlap."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby, pairwise

from hypothesis import given

from services.reporting.projections import VIEWS
from services.reporting.projections.change_set import ChangeSet, Superseded, fold
from services.reporting.projections.view import Key
from tests.properties.known_histories import Question, questions

FOR_EVER = datetime.max.replace(tzinfo=UTC)


def changes_of(question: Question) -> ChangeSet:
    change_set = ChangeSet()
    for event in question.log:
        change_set.apply(event)
    return change_set


def versions(change_set: ChangeSet, table: str) -> Iterator[Superseded]:
    """Every row that was ever the newest of its key, with its period."""
    yield from change_set.superseded[table]
    for key, row in change_set.changed[table].items():
        yield Superseded(row, change_set.system_from[table][key], FOR_EVER)


@given(questions())
def test_the_rows_of_an_instant_are_the_fold_of_what_was_recorded_by_then(question: Question) -> None:
    change_set, known = changes_of(question), fold(question.known)
    for view in VIEWS:
        at = question.as_known_at
        then = {
            view.key_of(row): row for row, begin, end in versions(change_set, view.table) if begin <= at and end > at
        }
        assert then == known[view.table]


@given(questions())
def test_the_periods_of_a_row_follow_each_other_without_gap_or_overlap(question: Question) -> None:
    change_set = changes_of(question)
    for view in VIEWS:

        def key(version: Superseded, key_of=view.key_of) -> Key:  # type: ignore[no-untyped-def]
            return tuple(map(str, key_of(version.row)))

        for _, each in groupby(sorted(versions(change_set, view.table), key=lambda v: (key(v), v.system_from)), key):
            for one, following in pairwise(each):
                assert one.system_from < one.system_to == following.system_from
