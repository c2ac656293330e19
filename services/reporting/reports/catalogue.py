"""The catalogue of the reports: each answers a question of officials with one query. Details add up to the totals."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.json_object import JsonObject
from kernel.sql.template import Statement, Template
from services.reporting.queries import named, whole_statement, with_details
from services.reporting.query.session import ANSWERED, APPROVED, COUNTED, DEPLOYED, OFFERED, SourceStreams
from services.reporting.reports.parameters import EVERYWHERE


@dataclass(frozen=True, slots=True)
class ReportDefinition:
    """A question: its description, query, row key and totals, and the streams that feed it."""

    description: str
    sql: str
    key: tuple[str, ...]
    """The columns that identify a row, in sort order."""
    totals: tuple[str, ...]
    source_streams: SourceStreams
    example: JsonObject
    """A row, shortened."""
    required: tuple[str, ...] = ()
    """Parameters without which it has no answer."""
    exactly_one_of: tuple[str, ...] = ()
    """Parameters of which exactly one is needed."""
    or_alone: str = ""
    """A parameter that does in place of them; beside one of them it narrows the answer."""
    narrowed_by: str = ""
    """Of `exactly_one_of`, the one that may stand beside another, which it narrows; never beside the first."""
    ordered: bool = False
    """Whether an index has its rows in the order of their key (`query/keyset.py`)."""
    details: str = ""
    """The file with all columns of a page's rows, if `sql` returns only keys and the columns that add up."""
    one_each: str = ""
    """The total that counts its rows, if it has one: each row is one tour, one event or one move."""
    other_sources: Mapping[str, "ReportDefinition"] = field(default_factory=dict)
    """The same question about another source than the register."""

    @property
    def rows(self) -> Template:
        """The query that finds the report's rows."""
        return named(self.sql)

    @property
    def row_details(self) -> Template | None:
        """The query for the remaining columns of each row in `page`; None if there are none."""
        return named(self.details) if self.details else None

    @property
    def template(self) -> Template:
        """Every row, with its details."""
        return with_details(self.sql, self.details)

    @property
    def statement(self) -> Statement:
        """The same as a statement, with every filter included."""
        return whole_statement(self.sql, self.details)

    @property
    def own(self) -> list[str]:
        """The parameters that it takes for this source."""
        return list(dict.fromkeys((*EVERYWHERE, *self.statement.parameters)))

    @property
    def parameters(self) -> list[str]:
        """The parameters that it takes for any of its sources."""
        others = [name for other in self.other_sources.values() for name in ("source", *other.own)]
        return list(dict.fromkeys((*self.own, *others)))

    def of(self, source: str | None) -> "ReportDefinition":
        """The report's definition for a source; for the register by default."""
        return self.other_sources.get(source or "register", self)


RETURNED = ReportDefinition(
    "How many people the UN counted, by the newest strength return until the day.",
    "strength_returned",
    ("contributor", "mission", "personnel_type"),
    ("people",),
    (COUNTED,),
    {"contributor": "MNG", "mission": "UNMIL", "personnel_type": "troops", "people": 250, "counted_on": "2009-11-30"},
)
REPORTS = {
    "strength": ReportDefinition(
        "How many people are where on a day, by contributor, mission, category and rank; and how many of them are"
        " overdue, because the end of their tour has passed. With `source=returns`, what the UN counted, by the newest"
        " strength return until the day: by contributor, mission and `personnel_type`.",
        "strength",
        ("contributor", "mission", "category", "rank"),
        ("people", "tours", "overdue"),
        (DEPLOYED,),
        {"contributor": "KAZ", "mission": "MINURSO", "category": "military_observer", "people": 5, "tours": 5}
        | {"overdue": 0},
        other_sources={"returns": RETURNED},
    ),
    "who-is-where": ReportDefinition(
        "Who is where on a day: one row for each tour behind the strength report.",
        "who_is_where",
        ("contributor", "mission", "category", "rank", "line", "tour"),
        ("people", "tours"),
        (DEPLOYED,),
        {"contributor": "KAZ", "mission": "MINURSO", "person": "p-0001", "people": 1, "tours": 1},
        details="who_is_where_details",
        one_each="tours",
    ),
    "headroom": ReportDefinition(
        "Room under each mandate line and sub-ceiling: now, and at the fullest moment of what is planned. There is none"
        " where every mission is in drawdown or closed (I8).",
        "headroom",
        ("contributor", "line", "mission"),
        (),
        (APPROVED, DEPLOYED, "vacancies/mission/"),
        {"line": "kz-2013/observers", "mission": "MINURSO", "ceiling": 5, "present": 3, "headroom_now": 2},
    ),
    "people-since": ReportDefinition(
        "How many people, in how many tours, served since a day, by mission. A person counts once; a unit its people.",
        "people_since",
        ("contributor", "mission"),
        ("people", "tours"),
        (DEPLOYED,),
        {"contributor": "KAZ", "mission": "MINURSO", "people": 12, "people_in_mission": 12, "tours": 14},
        ("since",),
    ),
    "unused-missions": ReportDefinition(
        "Approved missions to which nobody was ever sent, with the mandate and since when.",
        "unused_missions",
        ("contributor", "approved_since", "mandate", "mission"),
        (),
        (APPROVED, DEPLOYED),
        {"mandate": "kz-2013", "mission": "UNMIL", "approved_since": "2014-01-01", "days_unused": 212},
    ),
    "unused-mandates": ReportDefinition(
        "Mandates under which nobody arrived within a year in force (raise R3).",
        "unused_mandates",
        ("contributor", "in_force_from", "mandate"),
        ("mandates",),
        (APPROVED, DEPLOYED),
        {"mandate": "kz-2022", "in_force_from": "2022-06-30", "days_unused": 365, "raise": "R3", "mandates": 1},
    ),
    "waiting": ReportDefinition(
        "Applications and consents that wait: for what, since when, on whom.",
        "waiting",
        ("since", "what", "id"),
        (),
        (OFFERED, ANSWERED, DEPLOYED),
        {"what": "application", "id": "nv-1", "waits_for": "a vacancy", "since": "2014-03-10", "days": 144},
    ),
    "ending-tours": ReportDefinition(
        "Present tours that end soon, with the state of the replacement in their post or vacancy (raise R2).",
        "ending_tours",
        ("ends_on", "id"),
        ("people", "tours"),
        (DEPLOYED, ANSWERED),
        {"id": "kz-2013/observers/t-1", "days": 45, "bucket": "60", "replacement": "nominated", "raise": "R2"}
        | {"people": 1, "tours": 1},
        one_each="tours",
    ),
    "missing-documents": ReportDefinition(
        "Legal documents that each operation (mandate and mission) requires on a day and lacks.",
        "missing_documents",
        ("contributor", "mandate", "mission", "kind"),
        ("documents",),
        (APPROVED,),
        {"mandate": "kz-2013", "mission": "MINURSO", "kind": "status_of_forces", "documents": 1},
    ),
    "lead-times": ReportDefinition(
        "Days from vote to arrival and of each step on the way: of each mandate and overall, or of each tour.",
        "lead_times",
        ("level", "contributor", "mandate", "tour", "step_number"),
        (),
        (APPROVED, OFFERED, ANSWERED, DEPLOYED),
        {"level": "mandate", "mandate": "kz-2013", "step": "acceptance to arrival", "days_median": 61.0, "known": 14},
    ),
    "moved-dates": ReportDefinition(
        "Which dates of tours moved, how often, by how much, why, and who decided.",
        "moved_dates",
        ("decided_on", "id", "version"),
        ("moves",),
        (DEPLOYED,),
        {"id": "kz-2013/observers/t-1", "decided_on": "2014-06-20", "decided_by": "UN", "reason": "visa", "moves": 1},
        ordered=True,
        details="moved_dates_details",
        one_each="moves",
    ),
    "reconciliation": ReportDefinition(
        "The register against the UN's strength returns, row by row: contributor, date, mission, type (raise R1).",
        "reconciliation",
        ("contributor", "date", "mission", "personnel_type"),
        ("register", "published", "difference"),
        (DEPLOYED, COUNTED, APPROVED),
        {"date": "2014-07-31", "mission": "MINURSO", "personnel_type": "experts_on_mission", "register": 5}
        | {"published": 6, "difference": -1, "raise": "R1"},
    ),
    "mislabelled-returns": ReportDefinition(
        "Rows of the UN's returns that may stand under the wrong State: one that is otherwise absent from the mission"
        " and type, while a neighbour in the UN's list is missing there with a like number; scored (raise R5).",
        "mislabelled_returns",
        ("date", "mission", "personnel_type", "contributor", "neighbour"),
        ("returns",),
        (COUNTED,),
        {"date": "2010-06-30", "mission": "UNAMID", "personnel_type": "individual_police", "contributor": "KAZ"}
        | {"people": 6, "neighbour": "KGZ", "neighbour_before": 13, "neighbour_after": 13, "score": 55, "raise": "R5"}
        | {"returns": 1},
    ),
    "must-come-home": ReportDefinition(
        "Who must come home if a mission closes on a day: the tours that are, or will be, there then.",
        "must_come_home",
        ("contributor", "line", "tour"),
        ("people", "tours"),
        (DEPLOYED,),
        {"tour": "t-1", "person": "p-0001", "state": "present", "days_early": 30, "people": 1, "tours": 1},
        ("mission", "closes_on"),
        details="must_come_home_details",
        one_each="tours",
    ),
    "ceiling-held": ReportDefinition(
        "Whether each ceiling held at every instant: a sweep over all change points, the fullest day, every breach.",
        "ceiling_held",
        ("line", "mission"),
        ("change_points", "breaches"),
        (APPROVED, DEPLOYED),
        {"line": "kz-2013/observers", "change_points": 61, "most_people": 6, "most_on": "2016-02-01", "most_limit": 20}
        | {"breaches": 0, "held": True},
    ),
    "occupancy": ReportDefinition(
        "People on each mandate line from one change point to the next, against its limit: behind ceiling-held.",
        "occupancy",
        ("line", "mission", "valid_from"),
        ("change_points", "breaches"),
        (APPROVED, DEPLOYED),
        {"line": "kz-2013/observers", "valid_from": "2014-07-01", "valid_to": "2014-08-01", "people": 1, "limit": 20}
        | {"change_points": 1, "breaches": 0},
    ),
    "events-behind": ReportDefinition(
        "Every event behind a number of people on a day: of a tour, a line, a mandate, or a strength (of a mission, of"
        " a State). `change` is by how many each changed the number when it became known; in all they are the number.",
        "events_behind",
        ("service", "position"),
        ("events", "change"),
        (APPROVED, DEPLOYED),
        {"service": "deployments", "position": 17, "type": "forcegen.deployments.TourArrived", "events": 1}
        | {"change": 1, "running_sum": 1, "who": "p-0001", "mission": "MINURSO"},
        exactly_one_of=("tour", "line", "mandate", "mission"),
        or_alone="contributor",
        narrowed_by="mission",
        details="events_behind_details",
        one_each="events",
    ),
    "timeline": ReportDefinition(
        "What happened between two days, by when it was true: every event, whoever recorded it and whenever; or those"
        " that are about one State, which leaves out what the UN does.",
        "timeline",
        ("day", "service", "position"),
        ("events",),
        (APPROVED, "vacancies/", "deployments/"),
        {"day": "2014-07-01", "service": "deployments", "type": "forcegen.deployments.TourArrived", "events": 1},
        ("since",),
        ordered=True,
        details="timeline_details",
        one_each="events",
    ),
    "awaiting-approval": ReportDefinition(
        "Mandates, changes of mandates and corrections that one person proposed and no other has decided by a day.",
        "awaiting_approval",
        ("contributor", "proposed_on", "proposal"),
        ("proposals",),
        (APPROVED, DEPLOYED),
        {"proposed_on": "2022-11-20", "proposal": "0f3a1d4e-7c43-5b0e-9d61-5a1c3c0e7b42", "what": "waiver"}
        | {"id": "kz-2022", "version": 3, "proposed_by": "mfa-kz, desk-1", "days": 2, "proposals": 1},
    ),
    "break-glass": ReportDefinition(
        "What one person did without the second one that it takes: when, who, what, and why.",
        "break_glass",
        ("day", "service", "position"),
        ("times",),
        (APPROVED, DEPLOYED),
        {"day": "2022-11-20", "service": "approvals", "position": 412, "what": "waiver", "id": "kz-2022"}
        | {"changed_by": "mfa-kz, desk-1", "why": "The relief leaves tonight", "times": 1},
    ),
    "statements": ReportDefinition(
        "What officials said in public against the register on the day that they spoke of (raise R4).",
        "statements",
        ("contributor", "date", "statement"),
        (),
        (DEPLOYED, COUNTED),
        {"statement": "minurso-2022-06-30", "date": "2022-06-30", "value": 6, "register": 6, "difference": 0},
    ),
}
