"""Commands that must be refused, one or more for each rule. They are fictional: no office ever sent any of them.

They are sent after the story, to the same system, and change nothing in it; only I12 needs a separate fictional person,
who is barred first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, TypedDict
from uuid import NAMESPACE_URL, uuid5

from contracts import deployments, vacancies
from contracts.cloudevents import Envelope
from contracts.registry import schema_name, type_name
from contracts.words import Command


class LineKey(TypedDict):
    """The key of a mandate line."""

    mandate: str
    line: str


SENDER: Final = "urn:example:refusals"
ON: Final = date(2022, 7, 1)
AFTERWARDS: Final = date(2024, 7, 1)
"""A day on which a post in MINURSO is open, and another officer waits for consents."""
ENTERED: Final = datetime(2024, 12, 31, 18, tzinfo=UTC)
"""When they were sent, by the clock of the demo."""
BARRED: Final = "p-example-barred"
UNKNOWN_EVENT: Final = uuid5(NAMESPACE_URL, "urn:example:no-such-event")
_COMPANY: Final[LineKey] = {"mandate": "kz-2018", "line": "company"}
_OFFICERS: Final[LineKey] = {"mandate": "kz-2018", "line": "officers"}
_OBSERVERS: Final[LineKey] = {"mandate": "kz-2013", "line": "observers"}


@dataclass(frozen=True, slots=True)
class Example:
    """A command, described in words and as sent, and the rule that refuses it."""

    rule: str
    request: str
    command: Command
    nr: int = 1

    def envelope(self) -> Envelope:
        return _envelope(self.command, f"refusal/{self.rule}/{self.nr}")


def set_up() -> Sequence[Envelope]:
    """The commands that must be recorded first, and are accepted."""
    bar = vacancies.BarCandidate(person=BARRED, since=ON, tour="example-tour", reason="Fictional: an example of I12")
    return [_envelope(bar, "refusal/set-up/I12")]


def examples() -> Sequence[Example]:
    """Every example, by rule."""
    return [*_ceilings(), *_lines_and_papers(), *_nominees(), *_units_and_missions(), _correction()]


def _envelope(command: Command, command_id: str) -> Envelope:
    when = datetime.combine(ON, time(), UTC)
    word = type(command)
    return Envelope(
        id=command_id,
        source=SENDER,
        type=type_name(word),
        subject=command.stream,
        time=when,
        dataschema=schema_name(word),
        datacontenttype="application/json",
        data=command.model_dump_json().encode(),
        correlation_id=command_id,
        actor="Examples of refusals (fictional)",
        demo_clock=ENTERED,
    )


def _plan(tour: str, of: LineKey, **more: object) -> deployments.PlanTour:
    plan = {"contributor": "KAZ", "mission": "UNIFIL", "planned_from": ON, "planned_until": date(2023, 1, 1)}
    return deployments.PlanTour.model_validate({"tour": tour, **of, **plan, **more})


def _observer(person: str, **more: object) -> dict[str, object]:
    return {"mission": "MINURSO", "category": "military_observer", "person": person, "rank": "major", **more}


def _ceilings() -> Sequence[Example]:
    company = _plan("example-1", _COMPANY, category="infantry", unit="example-company", headcount=115)
    days = {"planned_from": date(2018, 5, 1), "planned_until": date(2018, 6, 1)}
    sixth = _plan("example-2", _OBSERVERS, **_observer("p-example-sixth", **days))
    return [
        Example("I1", "A company of 115 for UNIFIL, beside the six there", company),
        Example("I1", "A sixth observer in MINURSO for May 2018, on the line of 2013", sixth, 2),
    ]


def _lines_and_papers() -> Sequence[Example]:
    elsewhere = _plan("example-3", _OBSERVERS, **_observer("p-example-elsewhere", mission="UNIFIL"))
    too_soon = deployments.RecordArrival(**_OFFICERS, tour="minurso-observer-6-2024", arrived_on=date(2024, 9, 3))
    of_2022: LineKey = {"mandate": "kz-2022", "line": "contingent"}
    twice = _plan("example-4", of_2022, **_observer("p-kz-0045", mission="MONUSCO"))
    return [
        Example("I2", "An observer in UNIFIL on the line of 2013", elsewhere),
        Example("I3", "An arrival in MINURSO while a consent is missing", too_soon),
        Example("I4", "A tour in MONUSCO for an officer who is in MINURSO or UNIFIL", twice),
    ]


def _nominate(nomination: str, person: str) -> vacancies.NominateCandidate:
    return vacancies.NominateCandidate(
        **_OFFICERS, vacancy="minurso-observer-3", nomination=nomination, person=person, nominated_on=AFTERWARDS
    )


def _nominees() -> Sequence[Example]:
    # The screening of the second officer of 2014 has long expired, in all four of its facts.
    expired = _nominate("example-5", "p-kz-0002")
    barred = _nominate("example-6", BARRED)
    return [
        Example("I5", "An officer whose four tests have all expired, for MINURSO", expired),
        Example("I12", "A fictional person, barred after a return for discipline", barred),
    ]


def _units_and_missions() -> Sequence[Example]:
    more_than_pledged = vacancies.SignMou(
        unit="kaz-company-7",
        mission="UNIFIL",
        document="Fictional annex for ten",
        signed_on=ON,
        strength=10,
        framework_nation="IND",
    )
    late = vacancies.SelectUnit(unit="kaz-company-1", mission="MINUSCA", selected_on=ON)
    closed = _plan("example-7", _OBSERVERS, **_observer("p-example-liberia", mission="UNMIL"))
    return [
        Example("I6", "A memorandum for ten people, where six were pledged", more_than_pledged),
        Example("I7", "A selection of the first company, whose pledge ran out in 2019", late),
        Example("I8", "An observer for UNMIL, which closed in 2018", closed),
    ]


def _correction() -> Example:
    correction = deployments.CorrectTour(
        **_OFFICERS,
        tour="minurso-observer-6-2021",
        corrects=UNKNOWN_EVENT,
        field="arrived_on",
        value=date(2021, 9, 4),
        corrected_on=ON,
        reason="Fictional: names an event that set nothing",
    )
    return Example("I10", "A new day of arrival, naming an event that is not behind it", correction)
