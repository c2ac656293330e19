"""The line itself: parliament's terms are carried over, repeated without harm, and what comes early waits."""

from typing import Any

import pytest

from contracts.deployments import (
    CloseLine,
    DocumentRecorded,
    DocumentsRequired,
    LineAmended,
    LineClosed,
    LineOpened,
    OpenLine,
    RecordDocument,
    RecordWaiver,
    RequireDocuments,
    WaiverRecorded,
)
from contracts.words import Command
from services.deployments import decider
from tests.spec import spec
from tests.specs.deployments_events import IN_FORCE, LINE, OF, TERMS, D, arrived, opened, planned, terms

OPEN = OpenLine(**dict(opened()))
CLOSE = CloseLine(**OF, ends_on=D("2016-01-01"), reason="revoked")
WAIVER = RecordWaiver(
    **OF, waiver="w-1", extra=5, valid_from=IN_FORCE, valid_until=D("2014-06-01"), legal_reference="D/1"
)
NEEDS = RequireDocuments(**OF, mission="UNIFIL", kinds=("mou",), required_from=IN_FORCE)
PAPER = RecordDocument(**OF, mission="UNIFIL", kind="mou", document="MOU/1", dated=IN_FORCE)


def test_a_line_opens_with_its_terms_and_the_same_terms_again_change_nothing() -> None:
    spec(decider).when(OPEN).then(LineOpened(**dict(OPEN)))
    spec(decider).given(opened()).when(OPEN).then()


def test_new_terms_hold_from_their_own_day() -> None:
    command = OpenLine(**{**dict(OPEN), "terms": terms(ceiling=9), "since": D("2015-01-01")})
    amended = LineAmended(**dict(command))
    story = spec(decider).given(opened())
    story.when(command).then(amended)
    ledger = story.given(amended).state(LINE)
    days = ("2013-12-31", "2014-01-01", "2014-12-31", "2015-01-01")
    assert [ledger.limit_on(D(day), None) for day in days] == [0, 3, 3, 9]
    assert ledger.line.terms_on(D("2014-12-31")) == TERMS
    story.given(amended).when(OPEN).then()


def test_a_lowered_ceiling_is_recorded_whoever_is_there() -> None:
    command = OpenLine(**{**dict(OPEN), "terms": terms(ceiling=1, sub_ceilings=()), "since": D("2014-07-02")})
    there = [event for t in "ab" for event in (planned(t), arrived(t))]
    spec(decider).given(opened(), *there).when(command).then(LineAmended(**dict(command)))


def test_a_line_stays_with_its_contributor() -> None:
    other = OpenLine(**{**dict(OPEN), "contributor": "MNG", "since": D("2015-01-01")})
    spec(decider).given(opened()).when(other).then_refused("I2", "KAZ", "MNG")


@pytest.mark.parametrize("command", [CLOSE, WAIVER, NEEDS, PAPER])
def test_what_comes_before_the_line_waits_for_it(command: Command) -> None:
    spec(decider).when(command).then_pending(LINE)


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (CLOSE, LineClosed(**dict(CLOSE))),
        (WAIVER, WaiverRecorded(**dict(WAIVER))),
        (NEEDS, DocumentsRequired(**dict(NEEDS))),
        (PAPER, DocumentRecorded(**dict(PAPER))),
    ],
)
def test_what_is_carried_over_is_recorded_once(command: Any, event: Any) -> None:
    spec(decider).given(opened()).when(command).then(event)
    spec(decider).given(opened(), event).when(command).then()


def test_a_line_closes_once_and_a_waiver_keeps_its_terms() -> None:
    closed = spec(decider).given(opened(), LineClosed(**dict(CLOSE)))
    closed.when(CLOSE.model_copy(update={"ends_on": D("2017-01-01")})).then_refused("lifecycle", "2016-01-01")
    waived = spec(decider).given(opened(), WaiverRecorded(**dict(WAIVER)))
    waived.when(WAIVER.model_copy(update={"extra": 9})).then_refused("duplicate", "w-1", "5 more")


def test_requirements_hold_from_their_own_day_and_the_later_replaces_the_earlier() -> None:
    later = NEEDS.model_copy(update={"kinds": (), "required_from": D("2015-01-01")})
    required = (DocumentsRequired(**dict(NEEDS)), DocumentsRequired(**dict(later)))
    ledger = spec(decider).given(opened(), *required).state(LINE)
    in_unifil = ledger.requirements_for("UNIFIL")
    assert in_unifil.on(D("2013-12-31")) is None
    assert [in_unifil.on(D(day)).kinds for day in ("2014-01-01", "2015-01-01")] == [("mou",), ()]
    assert not ledger.requirements_for("MINURSO")
