"""Checks before a report runs: the names in its parameters are on record, and its period is valid.

A name that is not on record has no answer. An answer without rows would read as the number zero, so the name is
refused, with the names that are on record.
"""

from typing import Final

from services.reporting.queries import query
from services.reporting.query.errors import BadParameter, MissingParameter, UnknownName
from services.reporting.query.nearby import suggested
from services.reporting.query.session import ReadSession
from services.reporting.query.values import NamedValues
from services.reporting.reports.catalogue import ReportDefinition

LISTS_OF: Final = {
    **{"mission": "missions", "mandate": "mandates", "line": "lines", "tour": "tours", "vacancy": "vacancies"},
    **{"unit": "units", "candidate": "candidates", "stream": "events", "correlation": "events"},
}
"""By kind of thing, the list of the API that contains all of them."""
_KINDS: Final = {"missions": "mission", "person": "candidate"}
"""Parameters whose name differs from the kind of thing that they name."""
_NAMED: Final = (
    *("contributor", "mission", "missions", "mandate", "line", "tour", "vacancy", "unit", "person"),
    *("stream", "correlation"),
)
"""Parameters that name a thing."""


NAMES_MAX: Final = 10_000
"""Names that a process remembers as on record."""


async def check_names(session: ReadSession, given: NamedValues) -> None:
    """Raises `QueryError` if a parameter names something that is not on record, or was not at `as_known_at`."""
    instant, known = given.get("as_known_at"), session.learned.names
    named = [(field, name) for field in _NAMED if given.get(field) for name in _listed(given[field])]
    kinds = [_KINDS.get(field, field) for field, _ in named]
    wanted = {(session.scope, kind, name, instant) for kind, (_, name) in zip(kinds, named, strict=True)}
    if wanted <= known:
        return
    unknown = await session.connection.fetchrow(query("unknown").sql, kinds, [name for _, name in named])
    if unknown is not None:
        field, name = named[unknown["nth"] - 1]
        kind = kinds[unknown["nth"] - 1]
        examples = [f"On record: {', '.join(unknown['names'])}{', …' * unknown['more']}."] if unknown["names"] else []
        listed = [f"GET /v1/{LISTS_OF[kind]} lists what there is."] if kind in LISTS_OF else []
        then = f", as known at {given['as_known_at'].isoformat()}" if given.get("as_known_at") else ""
        detail = f"There is no {kind} {name} on record{then}."
        remedy = " ".join([*examples, *listed]) or "None is yet."
        raise UnknownName(detail, field=field, remedy=await suggested(session, kind, name, remedy))
    if len(known) + len(wanted) > NAMES_MAX:
        known.clear()
    known |= wanted


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def check_period(given: NamedValues, first: str, last: str) -> None:
    """Raises `QueryError` for a period that ends before it begins."""
    begin, end = given.get(first), given.get(last)
    if begin is not None and end is not None and begin > end:
        detail = f"{first} ({begin}) is after {last} ({end}): there is no such period."
        raise BadParameter(detail, field=first, remedy=f"Send a {first} that is not after {last}.")


def check_choice(report: ReportDefinition, given: NamedValues) -> None:
    """Raises `QueryError` unless a report about one thing names exactly one."""
    sent = [field for field in report.exactly_one_of if given.get(field) is not None]
    if not sent and given.get(report.or_alone) is not None:
        return
    if report.narrowed_by in sent and len(sent) == 2 and report.exactly_one_of[0] not in sent:
        return
    if report.exactly_one_of and len(sent) != 1:
        named = ", ".join(report.exactly_one_of)
        detail = f"Exactly one of {named} is required; {len(sent)} were sent."
        field = sent[1] if sent else report.exactly_one_of[0]
        kind = BadParameter if sent else MissingParameter
        raise kind(detail, field=field, remedy=f"Send one of {named}.")


def check_source(report: ReportDefinition, given: NamedValues) -> None:
    """Raises `QueryError` for a parameter that only another source of the report takes."""
    taken = [*report.of(given.get("source")).own, "source"]
    for field in sorted(field for field, value in given.items() if value is not None and field not in taken):
        detail = f"{field} says nothing where the source is {given.get('source') or 'register'}."
        raise BadParameter(detail, field=field, remedy=f"This source takes {', '.join(taken)}.")
