"""Histories for the evidence of reports: one in which everything is as it should be, and one of findings."""

from datetime import date
from typing import Any, Final

from contracts.deployments import OfficialStatementRecorded
from contracts.vacancies import VacancyFilled
from contracts.words import Event, LineTerms
from tests import peacekeepers as story
from tests.integration.test_mislabelled_returns import JUNE_2010, published
from tests.integration.test_query_api import PAST

D = date.fromisoformat
NEEDED: Final[dict[str, Any]] = {"mission": "MINURSO"}
"""What reports need that have no answer without it."""

ONE_MISSION = (
    LineTerms(
        line="observers",
        missions=("MINURSO",),
        categories=("military_observer",),
        ceiling=20,
        valid_from=D("2014-01-01"),
        valid_until=D("2017-01-01"),
    ),
)
CALM: Final[list[Event]] = [
    *(story.mission("MINURSO"), story.proposed(lines=ONE_MISSION), story.approved(lines=ONE_MISSION)),
    *(story.required(), story.document()),
    story.document().model_copy(update={"kind": "status_of_forces", "document": "SOFA"}),
    *(story.submitted(missions=("MINURSO",)), story.announced(application="nv-1", post="obs-1")),
    *(story.nominated(), story.accepted(), VacancyFilled(vacancy="v-1", filled_on=D("2014-05-01"))),
    *(story.planned("t-1", post="obs-1", consents_required=()), story.arrived("t-1"), story.departed("t-1")),
    story.planned(
        "t-2",
        **{"post": "obs-1", "consents_required": (), "person": "p-2"},
        **{"planned_from": D("2015-07-01"), "planned_until": D("2015-12-01")},
    ),
    *(story.arrived("t-2", "2015-07-01"), story.departed("t-2", "2015-12-01")),
    *(story.counted(1), story.counted(4).model_copy(update={"contributor": "MNG"})),
]
"""One operation in which everything is as it should be."""
CALM_ON: Final = {
    "strength": "2016-01-01",
    "who-is-where": "2016-01-01",
    "headroom": "2018-01-01",
    "waiting": "2016-01-01",
    "ending-tours": "2014-09-01",
    "ending-tours/unreplaced": "2015-05-15",
    "missing-documents": "2015-01-01",
    "moved-dates": "2014-09-01",
    "reconciliation": "2014-12-01",
    "mislabelled-returns": "2014-12-01",
    "unused-mandates": "2016-01-01",
    "unused-missions": "2016-01-01",
    "timeline": "2030-01-01",
    "events-behind": "2016-01-01",
    "vacancies": "2016-01-01",
    "nominations": "2016-01-01",
    "people-since": "2016-01-01",
    "must-come-home": "2016-01-01",
    "awaiting-approval": "2016-01-01",
    "break-glass": "2016-01-01",
}
"""By report or list, a day on which it has nothing to find in the calm history."""
ALWAYS_ROWS: Final = {
    "headroom with all": "every line that is on record has a row",
    "ceiling-held": "every line that is on record has a row",
    "occupancy": "every line that is on record has a row",
    "lead-times": "every tour that arrived makes rows",
    "statements": "every statement is a row, whether it differs or not",
    "applications": "every application is a row",
    "frameworks": "every operation is a row",
    "reconciliation/rows": "every number that was compared is a row",
    "events": "every event is a row",
    "nominations/candidacies": "every nomination is a row",
    "missions": "every mission is a row",
    "mandates": "every mandate is a row",
    "lines": "every line that is on record has a row",
    "tours": "every tour is a row",
}
"""Reports that have rows wherever something was compared, and why."""
BEFORE: Final = {
    "statements": "nothing",  # the calm history has none
    "headroom with all": "found",  # a line that begins later is a row all the same
    "missions": "found",  # all that is on record of these is a row, in the state of the day
    "mandates": "found",
    "lines": "found",
    "tours": "found",
    "frameworks": "found",  # an operation is a row before anything is required of it
}
"""Reports whose answer on a day before all records is another, and which."""
FOUND: Final[list[Event]] = [
    *PAST,
    *(story.proposed("kz-idle"), story.approved("kz-idle")),
    OfficialStatementRecorded(
        contributor="KAZ", statement="s-1", value=9, as_of=D("2014-08-01"), measure="present", source="inform.kz"
    ),
    *published(JUNE_2010),
]
FOUND_ON: Final = {
    "ending-tours": "2015-06-01",
    "ending-tours/unreplaced": "2015-06-01",
    "unused-mandates": "2016-01-01",
    "mislabelled-returns": "2010-12-01",
}
"""Days on which there is something to find, where it is not the first of December 2014."""
