"""The answer to each question of the front page, from the reports of the pages behind it; pure, and in no language.

Where nothing is on record that an answer could rest on, it has no figure: a zero would reassure without a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeAlias

from contracts.json_object import JsonObject
from services.reporting.pages.cells import takes_nobody
from services.reporting.pages.evidence_words import WORDS
from services.reporting.query.values import NamedValues
from services.reporting.reports.formats import ReportResult

Plural: TypeAlias = tuple[str, str]
"""An English text for one, and for another number; together the key of its translation."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question, in no language yet."""

    figure: float | None
    """None where nothing is on record that could be counted."""
    counts: Plural | str
    """What the figure counts; without a figure, what is not on record."""
    names: NamedValues = field(default_factory=dict)
    """What stands in the places of the text: days, names, and as `code` one of the field's words."""
    rests_on: Sequence[tuple[Plural | str, float | date]] = ()
    """Further texts, each with what stands in its place `{number}` or `{day}`."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the answers are made of."""

    results: Mapping[int, ReportResult]
    """The answers of the reports, by the number of the question."""
    defaults: NamedValues
    """`queries/page_defaults.sql`."""
    as_of: date
    as_known_at: datetime | None
    form: Mapping[int, NamedValues]
    """What each page asks for by default, by the number of the question."""

    def rows(self, number: int) -> list[JsonObject]:
        return self.results[number].rows if number in self.results else []

    def compared(self, number: int) -> int:
        """On how many records the answer rests, where the report counts them (`reports/evidence.py`)."""
        return self.results[number].evidence.compared or 0 if number in self.results else 0

    def total(self, number: int, column: str) -> int:
        return int(self.results[number].totals.get(column, 0)) if number in self.results else 0


PEOPLE_THERE: Final = ("person in a mission", "people in missions")
PEOPLE: Final = ("{number} person", "{number} people")
MISSIONS: Final = ("{number} mission", "{number} missions")
TOURS: Final = ("{number} tour", "{number} tours")
LEAST_LEFT: Final = ("place left under the fullest ceiling: {name}", "places left under the fullest ceiling: {name}")
NO_HEADROOM: Final = "Every mission of the mandate lines in force is in drawdown or closed: there is no headroom (I8)."
CLOSED: Final = (
    "{number} more, of missions in drawdown or closed, takes nobody (I8)",
    "{number} more, of missions in drawdown or closed, take nobody (I8)",
)
OVER: Final = ("person above the ceiling: {name}", "people above the ceiling: {name}")
CEILINGS: Final = ("{number} ceiling", "{number} ceilings")
PEOPLE_SINCE: Final = ("person served since {day}", "people served since {day}")
UNUSED: Final = ("approved mission never used", "approved missions never used")
OF_APPROVED: Final = ("of {number} approved mission", "of {number} approved missions")
WAITS: Final = ("application or consent waits", "applications and consents wait")
LONGEST: Final = ("the longest for {number} day", "the longest for {number} days")
ENDS: Final = ("tour ends within 90 days", "tours end within 90 days")
OF_PRESENT: Final = ("of {number} tour of those present", "of {number} tours of those present")
DOCUMENTS: Final = ("document is missing", "documents are missing")
LACKING: Final = ("{number} operation lacks one", "{number} operations lack one")
UNREQUIRED: Final = (
    "for {number} operation it is not on record what is required",
    "for {number} operations it is not on record what is required",
)
MEDIAN: Final = ("day from the vote to the arrival, median", "days from the vote to the arrival, median")
OF_STEP: Final = ("day, median, of the longest step: {code}", "days, median, of the longest step: {code}")
ARRIVALS: Final = ("{number} arrival", "{number} arrivals")
MOVES: Final = ("move of dates since {day}", "moves of dates since {day}")
OF_TOURS: Final = ("of {number} tour in this time", "of {number} tours in this time")
DIFFERING: Final = ("row differs from the UN's return", "rows differ from the UN's return")
OF_COMPARED: Final = ("of {number} row compared", "of {number} rows compared")
HOME: Final = ("person comes home if {name} closes on {day}", "people come home if {name} closes on {day}")
BREACHES: Final = ("time above a ceiling", "times above a ceiling")
CHANGES: Final = ("{number} change looked at", "{number} changes looked at")
EVENTS: Final = ("event behind the number of people in {name}", "events behind the number of people in {name}")


def nobody(known: Known) -> Answer:
    return Answer(None, "Nobody is in a mission on this day.")


def where(known: Known) -> Answer:
    rows = known.rows(1)
    if not rows:
        return nobody(known)
    missions = len({row["mission"] for row in rows})
    return Answer(
        known.total(1, "people"), PEOPLE_THERE, rests_on=[(MISSIONS, missions), (TOURS, known.total(1, "tours"))]
    )


def headroom(known: Known) -> Answer:
    in_force = [row for row in known.rows(2) if row["in_force"]]
    if not in_force:
        return Answer(None, "No mandate line is in force.")
    rows = [row for row in in_force if row["headroom_now"] < 0 or not takes_nobody(row)]
    if not rows:
        return Answer(None, NO_HEADROOM)
    least = min(rows, key=lambda row: (row["headroom_now"], row["line"], row["mission"] or ""))
    name = " · ".join(filter(None, (least["line"], least["mission"])))
    left = least["headroom_now"]
    planned = ("with what is planned: {number}", least["headroom_with_planned"])
    closed = len(in_force) - len(rows)
    others = [(CLOSED, closed)] if closed else []
    return Answer(
        abs(left), LEAST_LEFT if left >= 0 else OVER, {"name": name}, [planned, (CEILINGS, len(rows)), *others]
    )


def since(known: Known) -> Answer:
    if not known.rows(3):
        return Answer(None, "No stay in a mission is on record for this time.")
    since = {"day": known.form[3]["since"]}
    return Answer(known.total(3, "people"), PEOPLE_SINCE, since, [(TOURS, known.total(3, "tours"))])


def unused(known: Known) -> Answer:
    approved = {mission for row in known.rows(2) if row["in_force"] for mission in row["missions"]}
    unused = {row["mission"] for row in known.rows(4)}
    if not approved | unused:
        return Answer(None, "No mission is approved on this day.")
    return Answer(len(unused), UNUSED, rests_on=[(OF_APPROVED, len(approved | unused))])


def waits(known: Known) -> Answer:
    rows = known.rows(5)
    if rows:
        return Answer(len(rows), WAITS, rests_on=[(LONGEST, max(row["days"] for row in rows))])
    if not known.compared(5):
        return Answer(None, WORDS["waiting"].missing)
    return Answer(0, WAITS, rests_on=[("Every application has its vacancy, and every planned tour its consents.", 0)])


def ending(known: Known) -> Answer:
    present = known.total(1, "tours")
    if not present:
        return nobody(known)
    days = [row["days"] for row in known.rows(6)]
    bare = sum(row["raise"] == "R2" for row in known.rows(6))
    within = [("within 30 days: {number}", 30), ("within 60 days: {number}", 60)]
    counted = [(text, sum(day <= most for day in days)) for text, most in within]
    return Answer(
        known.total(6, "tours"),
        ENDS,
        rests_on=[*counted, ("R2, without a replacement: {number}", bare), (OF_PRESENT, present)],
    )


def documents(known: Known) -> Answer:
    rows = known.rows(7)
    unknown = sum(row["kind"] is None for row in rows)
    if not known.compared(7):
        return Answer(None, "What an operation requires is not on record.")
    lacking = len({(row["mandate"], row["mission"]) for row in rows if row["kind"]})
    rests_on = [(LACKING, lacking), *([(UNREQUIRED, unknown)] if unknown else [])]
    return Answer(known.total(7, "documents"), DOCUMENTS, rests_on=rests_on)


def lead_time(known: Known) -> Answer:
    steps, since = known.rows(8), known.form[8]["since"]
    whole = next((row for row in steps if row["step_number"] == 6), None)
    if whole is None:
        return Answer(None, "No arrival is on record since {day}.", {"day": since})
    if whole["days_median"] is None:
        return _longest_step(steps, since)
    return Answer(whole["days_median"], MEDIAN, rests_on=[(ARRIVALS, whole["known"]), ("since {day}", since)])


def _longest_step(steps: Sequence[JsonObject], since: date) -> Answer:
    """Where no arrival has its vote on record, as that of a rotation has none."""
    measured = [row for row in steps if row["days_median"] is not None]
    if not measured:
        return Answer(None, "No arrival since {day} has a step before it on record.", {"day": since})
    longest = max(measured, key=lambda row: (row["days_median"], row["step_number"]))
    name = {"code": longest["step"]}
    return Answer(longest["days_median"], OF_STEP, name, [(ARRIVALS, longest["known"]), ("since {day}", since)])


def moved(known: Known) -> Answer:
    tours = known.total(3, "tours")
    moves, since = known.total(9, "moves"), known.form[9]["since"]
    if not tours and not moves:
        return Answer(None, "No stay in a mission is on record for this time.")
    return Answer(moves, MOVES, {"day": since}, [(OF_TOURS, tours)] if not moves else [])


def returns(known: Known) -> Answer:
    newest = known.defaults["newest_return"]
    compared = [row for row in known.rows(10) if row["difference"] is not None or row["raise"]]
    if newest is None or not known.rows(10):
        return Answer(None, "No return of the UN is on record by this day.")
    if not compared:
        return Answer(None, "Of the return of {day}, no row can be compared.", {"day": newest})
    differing = sum(row["raise"] is not None for row in compared)
    return Answer(differing, DIFFERING, rests_on=[(OF_COMPARED, len(compared)), ("return of {day}", newest)])


def closing(known: Known) -> Answer:
    form = known.form[11]
    if not known.total(11, "tours"):
        return nobody(known)
    names = {"name": form["mission"], "day": form["closes_on"]}
    return Answer(known.total(11, "people"), HOME, names, [(TOURS, known.total(11, "tours"))])


def held(known: Known) -> Answer:
    rows = known.rows(12)
    if not rows:
        return Answer(None, "No mandate line is on record.")
    rests_on = [(CHANGES, known.total(12, "change_points")), (CEILINGS, len(rows))]
    return Answer(known.total(12, "breaches"), BREACHES, rests_on=rests_on)


def behind(known: Known) -> Answer:
    if not known.total(13, "events"):
        return nobody(known)
    people = sum(row["people"] for row in known.rows(1) if row["mission"] == known.defaults["fullest_mission"])
    names = {"name": known.defaults["fullest_mission"]}
    return Answer(known.total(13, "events"), EVENTS, names, [(PEOPLE, people)])
