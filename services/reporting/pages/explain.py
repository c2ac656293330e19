"""The page that explains a number of people: what it counts, in words, and the events that add up to it.

The number is a total of the report `events-behind`, and the last of its running sums: nothing is computed here.
"""

from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import urlencode

from contracts.json_object import JsonObject
from services.reporting.pages.cells import PageAddress
from services.reporting.pages.i18n import Words
from services.reporting.pages.linked import of_event
from services.reporting.query.values import NamedValues
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters

FILTERS: Final = ("tour", "line", "mandate", "mission", "category", "rank", "contributor")
"""Parameters of the page that narrow the number down."""
WHERE: Final = {
    "mission": "in {mission}",
    "tour": "of tour {tour}",
    "line": "on line {line}",
    "mandate": "under mandate {mandate}",
    "contributor": "from {contributor}",
}
"""What is said of each filter, in this order; each is a key of the translations."""
TITLE: Final = "{people} {where} on {day}"
ONE_PERSON, PEOPLE = "{number} person", "{number} people"


class AnsweredPage(Protocol):
    """The answers that a page shows."""

    @property
    def thing(self) -> NamedValues | None: ...
    @property
    def sections(self) -> Mapping[str, ReportResult]: ...


def beside(sheet: str, shown: AnsweredPage, params: ReportParameters, words: Words, address: PageAddress) -> JsonObject:
    """What the pages of events say beside their tables; nothing for another page."""
    if sheet == "event" and shown.thing:
        return {"links": onward(shown.thing, address)}
    if sheet != "events":
        return {}
    result = shown.sections["events"]
    return {
        "is_strength": is_strength(params),
        "number": counted(result.totals["change"], words),
        "receipt": receipt_link(params, result, address.root),
    }


def title(params: ReportParameters, result: ReportResult, words: Words) -> str:
    """What the number is: `9 people (staff officer) in UNIFIL on 30 Jun 2022`."""
    people = counted(result.totals["change"], words)
    kinds = ", ".join(words.code(code) for code in (params.category, params.rank) if code)
    where = [words.say(WHERE[name]).format(**{name: value}) for name in WHERE if (value := getattr(params, name))]
    said = words.say(TITLE)
    return said.format(
        people=f"{people} ({kinds})" if kinds else people, where=" ".join(where), day=words.day(result.as_of)
    )


def counted(people: int, words: Words) -> str:
    """A number of people, with the noun as the number demands it."""
    return words.plural(ONE_PERSON, PEOPLE, people).format(number=words.number(people))


def is_strength(params: ReportParameters) -> bool:
    """Whether the number is a strength: then the events of those who left before the day are not listed."""
    return params.tour is None and (params.mission is not None or (params.line or params.mandate) is None)


def receipt_link(params: ReportParameters, result: ReportResult, root: str) -> str:
    """The address of the same answer with its receipt."""
    given = {name: value for name in FILTERS if (value := getattr(params, name)) is not None}
    known = {"as_known_at": result.as_known_at.isoformat()} if result.as_known_at else {}
    query = urlencode({**given, "as_of": result.as_of.isoformat(), **known, "receipt": "true"})
    return f"{root}/v1/reports/events-behind?{query}"


def onward(event: NamedValues, address: PageAddress) -> list[tuple[str, str, str]]:
    """What an event is about, as links: the kind of each thing that has a page, its name, and its page."""
    return [(kind, name, href) for kind, name in of_event(event) if (href := address.thing(kind, name))]
