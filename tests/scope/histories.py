"""The history of two States over the same missions: all that names something of a State carries the State's mark."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from contracts import approvals, deployments
from contracts.words import Event
from services.reporting.projections.event import ConsumedEvent
from tests import peacekeepers as story
from tests.projection_spec import history

D = date.fromisoformat
OURS, THEIRS = "KAZ", "BOL"
MARKS: Final = {OURS: "alpha", THEIRS: "bravo"}
_MARKED: Final = frozenset(
    {
        *("mandate", "line", "tour", "application", "nomination", "person", "unit", "post", "waiver", "statement"),
        *("proposed_by", "decided_by", "given_by", "reason", "document", "note_verbale", "reference", "source"),
        *("legal_reference", "act_number", "area", "tasks", "addressee", "contributor_as_published"),
    }
)
_NAMES: Final = frozenset({"end_of_tour", "medical", "discipline"})
"""Values of an enumeration, in fields that hold free texts elsewhere."""
_TOUR: Final = deployments.TourRef(mandate="kz-2013", line="observers", tour="t-1")
COUNTED_BY_THEM: Final = 7654321
"""A number of theirs that stands out."""


def of_the_un() -> list[Event]:
    """What is everybody's."""
    return [
        *(story.mission("MINURSO"), story.mission("UNIFIL", "Lebanon"), story.mission("UNOCI", "Ivory Coast")),
        story.mission_change("UNOCI", "drawdown"),
        *(story.announced(), story.announced("v-2", mission="UNIFIL", category="infantry")),
    ]


def of_a_state() -> Iterator[Event]:
    """An event of nearly every type, as the State's own; `marked` makes one State's of it."""
    yield from (
        story.proposed(area="a region", tasks="to observe"),
        story.approved(),
        story.required(),
        story.document(),
    )
    yield _waiver()
    yield from (story.registered(), story.pledged(), story.submitted(), story.acknowledged())
    yield story.announced("v-own", application="nv-1")
    yield from (story.nominated(), story.accepted())
    yield from (story.planned(post="post", vacancy="v-1"), story.consented(), story.scheduled(), story.rescheduled())
    yield from (story.arrived(day="2014-08-01"), story.extended())
    yield from (story.company(), story.company_arrived(), story.counted(31))
    yield _statement()
    yield _line_opened()
    yield _presence()
    yield story.mission_status("MINURSO").model_copy(update={"present": (_TOUR,)})
    yield story.departed()
    yield story.barred()


def _waiver() -> Event:
    facts: dict[str, Any] = {"mandate": "kz-2013", "waiver": "w-1", "line": "observers", "legal_reference": "Order 1"}
    return approvals.WaiverGranted(**facts, extra=3, valid_from=D("2014-02-01"), valid_until=D("2014-12-01"))


def _statement() -> Event:
    facts: dict[str, Any] = {"contributor": "KAZ", "statement": "s-1", "as_of": D("2014-08-01"), "measure": "present"}
    return deployments.OfficialStatementRecorded(**facts, value=30, source="a newspaper")


def _line_opened() -> Event:
    """A copy in another service."""
    facts: dict[str, Any] = {"mandate": "kz-2013", "line": "observers", "contributor": "KAZ", "terms": story.OBSERVERS}
    return deployments.LineOpened(**facts, since=D("2014-01-01"))


def _presence() -> Event:
    """A note on a mission's stream that names a tour."""
    facts: dict[str, Any] = {"mission": "MINURSO", "mandate": "kz-2013", "line": "observers", "tour": "t-1"}
    return deployments.PresenceNoted(**facts, present=True, since=D("2014-08-01"))


def marked(event: Event, state: str) -> Event:
    """The event as one of this State's, with its mark on everything that names something of its own."""
    return type(event).model_validate_json(json.dumps(_marked(event.model_dump(mode="json"), state)))


def _marked(value: Any, state: str, field: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _marked(each, state, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_marked(each, state, "line" if field == "lines" and isinstance(each, str) else field) for each in value]
    if field == "contributor":
        return state
    if field == "total" and state == THEIRS:
        return COUNTED_BY_THEM
    is_named = field in _MARKED or (field == "vacancy" and value == "v-own")
    return f"{value}-{MARKS[state]}" if isinstance(value, str) and is_named and value not in _NAMES else value


def log() -> Sequence[ConsumedEvent]:
    """The whole history: of the UN, and of both States in turns, their streams side by side."""
    ours, theirs = ([marked(event, state) for event in of_a_state()] for state in (OURS, THEIRS))
    return history([*of_the_un(), *(event for pair in zip(ours, theirs, strict=True) for event in pair)])


def ids(mark: str) -> dict[str, str]:
    """An id of each thing that has one."""
    line = f"kz-2013-{mark}/observers-{mark}"
    return {
        **{"mandates": f"kz-2013-{mark}", "lines": line, "tours": f"{line}/t-1-{mark}", "units": f"kazbat-{mark}"},
        **{"applications": f"nv-1-{mark}", "vacancies": f"v-own-{mark}", "candidates": f"p-0001-{mark}"},
        **{"nominations": f"v-1/n-1-{mark}", "missions": f"M-{mark.upper()}"},
        "frameworks": f"kz-2013-{mark}/MINURSO",
    }


def id_of(log: Sequence[ConsumedEvent], kind: type[Event], state: str) -> UUID:
    """The id of a State's first event of a type."""
    mark = MARKS[state]
    return next(event.id for event in log if isinstance(event.data, kind) and mark in event.data.model_dump_json())


def waiting(log: Sequence[ConsumedEvent], state: str) -> ConsumedEvent:
    """An event behind a gap, which the views park."""
    of_tour = next(e for e in log if isinstance(e.data, deployments.TourArrived) and MARKS[state] in e.stream)
    nr = list(MARKS).index(state)
    return replace(of_tour, version=900, position=900 + nr, id=UUID(int=nr + 1))
