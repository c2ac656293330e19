"""How new an answer is: of when the newest fact is that it can rest on, and when the newest record was made."""

from dataclasses import dataclass
from datetime import date, datetime

from services.reporting.queries import query
from services.reporting.query.session import ReadSession


@dataclass(frozen=True, slots=True)
class NewestOnRecord:
    """About the States of the question that the reader may see."""

    fact: date | None
    """The newest effective day until the day of the question; None if nothing is on record until then."""
    record: datetime | None
    """When the newest event was recorded, of those known at the instant of the question; None if there is none."""


async def newest_on_record(session: ReadSession, contributor: str | None) -> NewestOnRecord:
    """The newest fact and the newest record about one State, or about each that the reader may see."""
    own = None if session.scope is None else sorted(session.scope)
    statement = query("newest_on_record")
    given = {"states": own if contributor is None else [contributor], "as_of": session.as_of}
    row = await session.connection.fetchrow(statement.sql, *statement.values(given))
    return NewestOnRecord(row["fact"], row["record"]) if row else NewestOnRecord(None, None)
