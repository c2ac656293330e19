"""Every word that is an event is either shown in a view or listed as not shown; no view is fed by two services."""

import pytest

from contracts.registry import EVENTS
from contracts.words import Event
from services.reporting.projections import NOT_SHOWN, PROJECTION_OF, PROJECTIONS, VIEWS
from services.reporting.projections.change_set import projection_of


@pytest.mark.parametrize("word", EVENTS.values(), ids=list(EVENTS))
def test_every_event_is_shown_or_listed_as_not_shown(word: type[Event]) -> None:
    assert (word in PROJECTION_OF) != (word in NOT_SHOWN)


def test_an_unknown_event_is_not_passed_over() -> None:
    class NobodyKnows(Event):
        service = "approvals"

    with pytest.raises(LookupError, match="NobodyKnows"):
        projection_of(NobodyKnows)


def test_the_rows_of_an_owner_are_fed_by_one_service() -> None:
    for projection in PROJECTIONS:
        assert len({word.service for word in projection.events}) == 1


def test_a_table_belongs_to_one_view() -> None:
    tables = [view.table for view in VIEWS]
    assert len(tables) == len(set(tables))
