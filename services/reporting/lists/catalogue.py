"""The catalogue of the lists: each has a query, its filters, and the streams that feed it."""

from dataclasses import dataclass

from contracts.json_object import JsonObject
from services.reporting.lists import filters
from services.reporting.query.session import ANSWERED, APPROVED, COUNTED, DEPLOYED, OFFERED, SourceStreams


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """One list of the API."""

    sql: str
    parameters: type[filters.ListParameters]
    source_streams: SourceStreams
    description: str
    example: JsonObject
    ids: str = r"[^\0]+"
    """The pattern of an id, and so of a cursor."""
    only_grows: bool = False
    """Whether rows are never removed: every cursor that was given out then still has a row behind it."""


LISTS = {
    "mandates": ListDefinition(
        "mandates",
        filters.Mandates,
        (APPROVED,),
        "What parliament was asked and what it decided.",
        {"id": "kz-2013", "contributor": "KAZ", "status": "approved", "in_force": True, "incomplete": False},
    ),
    "lines": ListDefinition(
        "lines",
        filters.Lines,
        (APPROVED, DEPLOYED),
        "Mandate lines with the terms of the day, sub-ceilings and waivers. An id is `<mandate>/<line>`.",
        {"id": "kz-2013/observers", "missions": ["MINURSO"], "ceiling": 20, "qualifier": "max", "incomplete": False},
    ),
    "missions": ListDefinition(
        "missions",
        filters.Missions,
        ("vacancies/mission/",),
        "UN operations, with the status of the day.",
        {"id": "MINURSO", "status": "active", "since": "1991-04-29", "incomplete": False},
    ),
    "vacancies": ListDefinition(
        "vacancies",
        filters.Vacancies,
        (ANSWERED,),
        "Posts and unit requirements that the UN has opened.",
        {"id": "v-1", "mission": "MINURSO", "status": "open", "places": 1, "incomplete": False},
    ),
    "applications": ListDefinition(
        "applications",
        filters.Applications,
        (OFFERED, ANSWERED),
        "What the State has offered, and the vacancies that answer it.",
        {"id": "nv-1", "note_verbale": "NV/2014/031", "status": "submitted", "answered_by": [], "incomplete": False},
    ),
    "nominations": ListDefinition(
        "nominations",
        filters.Nominations,
        (ANSWERED,),
        "Candidates and units put forward. An id is `<vacancy>/<nomination>`.",
        {"id": "v-1/n-1", "person": "p-0001", "status": "accepted", "incomplete": False},
    ),
    "candidates": ListDefinition(
        "candidates",
        filters.Candidates,
        ("vacancies/candidate/",),
        "Candidates by opaque reference: rank, reserve, bar.",
        {"id": "p-0001", "rank": "captain", "status": "reserve", "barred": False, "incomplete": False},
    ),
    "units": ListDefinition(
        "units",
        filters.Units,
        ("vacancies/unit/",),
        "Units from the pledge to the pre-deployment visit.",
        {"id": "kazbat", "category": "infantry", "status": "mou_signed", "incomplete": False},
    ),
    "tours": ListDefinition(
        "tours",
        filters.Tours,
        (DEPLOYED,),
        "Tours as they stood on the day, with stays, consents and moved dates. An id is `<mandate>/<line>/<tour>`.",
        {"id": "kz-2013/observers/t-1", "mission": "MINURSO", "status": "present", "incomplete": False},
    ),
    "frameworks": ListDefinition(
        "frameworks",
        filters.Frameworks,
        (APPROVED,),
        "The legal framework of each operation: required, on record, missing. An id is `<mandate>/<mission>`.",
        {"id": "kz-2013/MINURSO", "required": ["un_mandate"], "missing": [], "incomplete": False},
    ),
    "strength": ListDefinition(
        "strength_list",
        filters.Strength,
        (DEPLOYED,),
        "People present on the day by contributor, mission and category.",
        {"id": "KAZ/MINURSO/military_observer", "people": 5, "tours": 5, "incomplete": False},
    ),
    "strength-returns": ListDefinition(
        "strength_returns",
        filters.StrengthReturns,
        (COUNTED,),
        "The UN's monthly returns as published, every publication, with what is odd about a row in `noticed`: parts"
        " that make no total, a day that is no month end, a row printed twice, a State spelled in several ways.",
        {"contributor": "MNG", "as_of": "2012-02-28", "total": 850, "noticed": ["odd_month_end"], "incomplete": False},
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        only_grows=True,
    ),
    "returned-strength": ListDefinition(
        "returned_strength",
        filters.ReturnedStrength,
        (COUNTED,),
        "What the UN counted by the newest return until the day: each State's newest publication, taken whole.",
        {"id": "MNG/UNMIL/troops", "people": 250, "people_least": 250, "counted_on": "2009-11-30", "incomplete": False},
    ),
    "events": ListDefinition(
        "events",
        filters.Events,
        (APPROVED, "vacancies/", "deployments/"),
        "The events behind every number, in the order of each service's log.",
        {
            "id": "5b1f…",
            "service": "deployments",
            "stream": "line/kz-2013/observers",
            "version": 3,
            "incomplete": False,
        },
        r"[a-z]+/[0-9]{1,18}",
    ),
}
ONE_BY_ID = frozenset(LISTS) - {"strength", "strength-returns", "returned-strength", "events"}
