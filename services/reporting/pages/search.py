"""Search: from a name to the thing that it names, or to what begins with it, among what the reader may see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from uuid import UUID

from kernel.http.address import bad
from kernel.http.values import Bad, name
from services.reporting.pages.cells import PageAddress
from services.reporting.pages.i18n import Words
from services.reporting.pages.linked import PATHS
from services.reporting.pages.missions import missions_called, named_mission
from services.reporting.queries import query
from services.reporting.query.nearby import nearest_of_any
from services.reporting.query.session import ReadModel
from services.reporting.query.values import NamedValues
from services.reporting.reports.evidence import ReportEvidence
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters
from services.reporting.reports.run import ROWS_MAX

BYTES_MAX: Final = 800
"""The longest text that is looked up, in bytes."""
HITS_MAX: Final = 20
"""Hits of one kind that the page shows; its files have as many as a report has rows."""
KINDS: Final = (*PATHS, "post", "correlation")
"""What a name can be found as."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found."""

    kind: str
    name: str
    about: str
    href: str


def wanted(text: str) -> str:
    """The text that is looked up; raises `Problem` for one that can be no name."""
    trimmed = text.strip()
    try:
        return name(trimmed, BYTES_MAX) if trimmed else ""
    except Bad as fault:
        raise bad("q", fault) from fault


async def find(text: str, terms: ReportParameters, model: ReadModel, most: int = ROWS_MAX) -> ReportResult:
    """What is on record under a text, or begins with it, in one statement; exact hits come first.

    Of each kind, and of each way to be found, at most so many.
    """
    async with model.session(terms) as session:
        given = {"name": text, "most": most, "as_of": session.as_of, "event": _uuid(text), **_ends(text)}
        given["missions"] = missions_called(text)
        statement = query("search")
        rows = await session.connection.fetch(statement.sql, *statement.values(given)) if text else []
    columns = [(column, "text") for column in ("kind", "name", "about", "page", "id")]
    values = [tuple(row) for row in rows]
    return ReportResult(
        session.as_of, session.as_known_at, columns, values, {}, None, False, None, ReportEvidence("found")
    )


async def near(text: str, terms: ReportParameters, model: ReadModel) -> str:
    """The name on record that is nearest to a text under which nothing is; empty if none is like it."""
    async with model.session(terms) as session:
        return await nearest_of_any(session, text) or ""


def _ends(text: str) -> NamedValues:
    """The first and the last of all ids that begin with the text. Ids have small letters, digits, `-` and `/` alone."""
    low = text.lower()
    return {"low": low, "high": low + "z" * 200}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def hits(result: ReportResult, address: PageAddress, words: Words) -> Sequence[Hit]:
    """The hits that the page shows, with their links: the first ones of each kind."""
    shown, counted = list[Hit](), Counter[str]()
    for row in result.rows:
        counted[row["kind"]] += 1
        if counted[row["kind"]] <= HITS_MAX:
            href = address.of(f"{PATHS[row['page']]}/{quote(row['id'])}")
            shown.append(Hit(row["kind"], row["name"], _about(row, words), href))
    return shown


def _about(row: NamedValues, words: Words) -> str:
    named = named_mission(row["name"], words) if row["kind"] == "mission" else None
    return named.expanded if named else row["about"] or ""
