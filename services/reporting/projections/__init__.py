"""What rows an event leads to: pure functions, one module for each kind of owner. No I/O and no clock.

A fact that is carried from one room to another is shown once, from the room that decided it. What is shown in no view
is still in the log of events, so every word can be looked up.
"""

from collections.abc import Mapping
from typing import Any, Final

from contracts.deployments import (
    DocumentRecorded,
    DocumentsRequired,
    LineAmended,
    LineClosed,
    LineOpened,
    MissionStatusRecorded,
    PresenceNoted,
    UnitMouRecorded,
    UnitVisitRecorded,
    WaiverRecorded,
)
from contracts.vacancies import (
    MandateLineEnded,
    MandateLineRecorded,
    RuleSetAdopted,
)
from contracts.words import Event
from services.reporting.projections import (
    applications,
    candidates,
    mandates,
    missions,
    strength_returns,
    tours,
    units,
    vacancies,
)
from services.reporting.projections.view import Projection, View

PROJECTIONS: Final[tuple[Projection, ...]] = (
    mandates.PROJECTION,
    missions.PROJECTION,
    applications.PROJECTION,
    vacancies.PROJECTION,
    candidates.PROJECTION,
    units.PROJECTION,
    tours.PROJECTION,
    strength_returns.PROJECTION,
)
VIEWS: Final[tuple[View[Any], ...]] = tuple(view for projection in PROJECTIONS for view in projection.views)
VIEW_OF: Final[Mapping[type, View[Any]]] = {view.row: view for view in VIEWS}
PROJECTION_OF: Final[Mapping[type[Event], Projection]] = {
    word: projection for projection in PROJECTIONS for word in projection.events
}

NOT_SHOWN: Final[Mapping[type[Event], str]] = {
    MandateLineRecorded: "a copy: lines are shown from the approvals room",
    MandateLineEnded: "a copy: lines are shown from the approvals room",
    RuleSetAdopted: "nominations show the version of the rule set that was applied",
    LineOpened: "a copy: lines are shown from the approvals room",
    LineAmended: "a copy: lines are shown from the approvals room",
    LineClosed: "a copy: lines are shown from the approvals room",
    WaiverRecorded: "a copy: waivers are shown from the approvals room",
    DocumentsRequired: "a copy: the legal framework is shown from the approvals room",
    DocumentRecorded: "a copy: the legal framework is shown from the approvals room",
    MissionStatusRecorded: "a copy: missions are shown from the vacancies room",
    PresenceNoted: "the deployments room's own note: presence is shown from the tours",
    UnitMouRecorded: "a copy: units are shown from the vacancies room",
    UnitVisitRecorded: "a copy: units are shown from the vacancies room",
}
"""Words that set no row, and why."""
