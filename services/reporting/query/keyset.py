"""Pages of a report by the key of its rows: the cursor holds the key of the last row that was sent.

A key may hold columns that can be empty; an empty one comes first, as the least value of its type. Only names of
columns are put into a statement, and they are the report's own; what a caller sends travels as a parameter.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from contracts.text import is_storable
from kernel.http.problem_types import BAD_PARAMETER
from services.reporting.queries import Query, query
from services.reporting.query.errors import Problem

_LEAST: Final = {
    "text": "''",
    "date": "'-infinity'",
    "timestamptz": "'-infinity'",
    "int4": "-2147483648",
    "int8": "-9223372036854775808",
}
_PARAMETER: Final = re.compile(r"\$(\d+)")


@dataclass(frozen=True)
class PageStatement:
    """The rows of a query in the order of their key, from one key on. There are as many as reports have filters."""

    query: Query
    key: tuple[str, ...]
    types: Mapping[str, str]
    totals: tuple[str, ...]
    """The columns of which the whole report has a total."""
    ordered: bool = False
    """Whether an index has the rows in the order of their key, of which no column can be empty: then a page is read
    from there and stops where it is full, and the rows of the whole report are only counted and added up."""
    alike: tuple[str, ...] = ()
    """Columns of the key that a filter makes the same in every row: to compare them would order nothing."""

    @cached_property
    def first(self) -> str:
        """The statement of a page: its rows, each with what is said of the whole report behind it, in one reading.

        Behind the columns of a row stand `there` (whether it is one), `waits` (whether an event that feeds the report
        is parked) and the totals. A page without rows comes as one row in which `there` is NULL, because what is said
        of the report counts all the same. Further parameters are the limit and the streams that feed the report.
        """
        return self._sql(follows=False)

    @cached_property
    def following(self) -> str:
        """The same from a cursor on; the values of its key, as text, are the last parameters."""
        return self._sql(follows=True)

    def _sql(self, *, follows: bool) -> str:
        limit = len(self.query.parameters) + 1
        sent = (f"${nr}::text::{self.types[c]}" for nr, c in enumerate(self.key, limit + 2))
        by = [column for column in self.key if column not in self.alike] or self.key
        order = ", ".join(column if self.ordered else f"{column} NULLS FIRST" for column in by)
        kept = "NOT MATERIALIZED" if self.ordered else "MATERIALIZED"
        where = f"WHERE ({self._values}) > ({', '.join(sent)})" if follows else ""
        sums = "".join(f", coalesce(sum({column}), 0)::bigint AS total_{column}" for column in self.totals)
        waits = query("waits").sql.replace("$1", f"${limit + 1}")
        return (
            f"WITH report AS {kept} ({self.query.found}),"  # noqa: S608
            f" said AS (SELECT ({waits}) AS waits{sums and f'{sums} FROM report'}),"
            f" page AS (SELECT * FROM report {where} ORDER BY {order} LIMIT ${limit}::int),"
            f" told AS ({self.query.told or 'SELECT * FROM page'})"
            f" SELECT told.*, said.* FROM said LEFT JOIN (SELECT *, true AS there FROM told) AS told ON true"
            f" ORDER BY {order}"
        )

    @property
    def _values(self) -> str:
        if self.ordered:
            return ", ".join(self.key)
        return ", ".join(f"coalesce({column}, {self._least(column)})" for column in self.key)

    def _least(self, column: str) -> str:
        kind = self.types[column]
        return f"({_LEAST[kind]})::{kind}"

    def cursor(self, row: Mapping[str, Any]) -> str:
        """Where a page ends, for the one after."""
        values = [str(self._none(column) if row[column] is None else row[column]) for column in self.key]
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()

    def _none(self, column: str) -> str:
        return _LEAST[self.types[column]].strip("'")

    def after(self, cursor: str | None) -> Sequence[str]:
        """The key that a cursor holds; empty for the first page. Raises `Problem` for what is no cursor of these."""
        if cursor is None:
            return ()
        try:
            values = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        except (ValueError, RecursionError) as error:  # no base64, no text, no JSON, or nested without end
            raise no_cursor() from error
        if not isinstance(values, list) or len(values) != len(self.key):
            raise no_cursor()
        if not all(isinstance(value, str) and is_storable(value) for value in values):
            raise no_cursor()
        return values


@lru_cache(maxsize=1000)
def side_by_side(statements: tuple[str, ...]) -> str:
    """Several statements of pages as one, whose only row has the rows of each in a column.

    The parameters are theirs, one after the other, as many as the highest number in each.
    """
    columns, before = [], 0
    for sql in statements:
        columns.append(f"ARRAY(SELECT found FROM ({_numbered_from(sql, before)}) AS found)")  # noqa: S608
        before += max(int(found) for found in _PARAMETER.findall(sql))
    return f"SELECT {', '.join(columns)}"


def _numbered_from(sql: str, before: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + before}", sql)


def no_cursor() -> Problem:
    """What was sent as a cursor is none."""
    remedy = "Send `next` of the page before, as it came."
    return Problem(BAD_PARAMETER, "This is no cursor.", field="cursor", remedy=remedy)
