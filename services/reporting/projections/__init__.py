"""The rows that an event leads to: pure functions, one module for each kind of aggregate. No I/O and no clock.

A fact that one service carries to another is shown once, from the service that decided it. An event that is shown in no
view is still in the log of events, so every event can be looked up.
"""

from collections.abc import Mapping
from typing import Final

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
from services.reporting.projections.view import AnyView, Projection

VERSION: Final = 2
"""The version of the rows that events lead to. Raise it when they change: views of another version are rebuilt, and no
program writes to them or reads them before that (`services/reporting/projection_version.py`)."""
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
VIEWS: Final[tuple[AnyView, ...]] = tuple(view for projection in PROJECTIONS for view in projection.views)
VIEW_OF: Final[Mapping[type, AnyView]] = {view.row: view for view in VIEWS}
PROJECTION_OF: Final[Mapping[type[Event], Projection]] = {
    word: projection for projection in PROJECTIONS for word in projection.events
}

NOT_SHOWN: Final[Mapping[type[Event], str]] = {
    MandateLineRecorded: "a copy: lines are shown from the approvals service",
    MandateLineEnded: "a copy: lines are shown from the approvals service",
    RuleSetAdopted: "nominations show the version of the rule set that was applied",
    LineOpened: "a copy: lines are shown from the approvals service",
    LineAmended: "a copy: lines are shown from the approvals service",
    LineClosed: "a copy: lines are shown from the approvals service",
    WaiverRecorded: "a copy: waivers are shown from the approvals service",
    DocumentsRequired: "a copy: the legal framework is shown from the approvals service",
    DocumentRecorded: "a copy: the legal framework is shown from the approvals service",
    MissionStatusRecorded: "a copy: missions are shown from the vacancies service",
    PresenceNoted: "the deployments service's own note: presence is shown from the tours",
    UnitMouRecorded: "a copy: units are shown from the vacancies service",
    UnitVisitRecorded: "a copy: units are shown from the vacancies service",
}
"""Event types that set no row, and the reason."""
