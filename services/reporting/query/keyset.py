"""Pages of a report by the key of its rows: the cursor holds the key of the last row that was sent.

A key may hold nullable columns; NULL comes first, as the least value of its type. Only column names are put into a
statement, and they are the report's own; values from a caller travel as parameters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from contracts.text import is_storable
from kernel.http import page_cursor
from kernel.http.values import Bad, no_cursor
from kernel.sql.template import Statement, Template, compose
from services.reporting.queries import named
from services.reporting.query.errors import BadParameter
from services.reporting.query.values import NamedValues

_LEAST: Final = {
    "text": "''",
    "date": "'-infinity'",
    "timestamptz": "'-infinity'",
    "int4": "-2147483648",
    "int8": "-9223372036854775808",
}
_ALL: Final = "SELECT * FROM page"


@dataclass(frozen=True)
class PageQuery:
    """The rows of a query in the order of their key, from one key on; one instance per combination of filters."""

    name: str
    """The report's name: a cursor of another report is refused."""
    rows: Template
    details: Template | None
    """The query for the details of each row in `page`; None if the rows have all columns already."""
    key: tuple[str, ...]
    types: Mapping[str, str]
    """The type of each column, by its name."""
    totals: tuple[str, ...]
    """The columns for which the report has a total."""
    ordered: bool = False
    """Whether an index has the rows in the order of their key, whose columns are then all NOT NULL: a page is read from
    the index and stops when it is full, and the rows of the whole report are only counted and summed."""
    alike: tuple[str, ...] = ()
    """Key columns that a filter makes equal in every row: comparing them would order nothing."""
    descending: bool = False
    """Whether the rows come in the reverse order of their key."""
    evidence: Template | None = None
    """The query for what the answer rests on (`reports/evidence.py`): the statement's last column, if given."""
    evidence_beside_rows: bool = False
    """Whether it runs where there are rows, too."""

    @cached_property
    def first(self) -> Template:
        """The statement of a page: its rows, each followed by the values for the whole report, in one pass.

        After the columns of a row come `there` (whether it is a row), `waits` (whether an event that the report rests
        on is parked), the totals, and `evidence`: a row, or NULL if its query did not run. A page without rows is one
        row in which `there` is NULL, because the values for the report are needed all the same. Further parameters are
        `page_limit` and `source_streams`.
        """
        return self._page("", self._judged)

    @cached_property
    def following(self) -> Template:
        """The same from a cursor on, whose key is in the parameters `after_0`, …, as text."""
        sent = (f":after_{nr}::text::{self.types[column]}" for nr, column in enumerate(self.key))
        nobody_counts = (", NULL AS evidence",) if self.evidence else ()
        behind = "<" if self.descending else ">"
        return self._page(f"WHERE ({self._values}) {behind} ({', '.join(sent)})", nobody_counts)

    @cached_property
    def first_statement(self) -> Statement:
        """`first` as a statement of its own."""
        return self.first.statement()

    @cached_property
    def following_statement(self) -> Statement:
        """`following` as a statement of its own."""
        return self.following.statement()

    @property
    def _judged(self) -> Sequence[str | Template]:
        """The column `evidence`. What stands in a CASE is not run where its condition does not hold."""
        if self.evidence is None:
            return ()
        runs = "true" if self.evidence_beside_rows else "NOT EXISTS (SELECT FROM report)"
        return (
            f", CASE WHEN {runs} THEN (SELECT ROW(compared, first_day, last_day) FROM (",  # noqa: S608
            self.evidence,
            ") AS looked_at) END AS evidence",
        )

    def _page(self, where: str, judged: Sequence[str | Template]) -> Template:
        by = [column for column in self.key if column not in self.alike] or self.key
        direction = ("", " NULLS FIRST") if not self.descending else (" DESC", " DESC NULLS LAST")
        order = ", ".join(f"{column}{direction[0 if self.ordered else 1]}" for column in by)
        sums = "".join(f", coalesce(sum({column}), 0)::bigint AS total_{column}" for column in self.totals)
        return compose(
            f"WITH report AS {'NOT MATERIALIZED' if self.ordered else 'MATERIALIZED'} (",
            self.rows,
            "), said AS (SELECT (",
            named("waits"),
            f") AS waits{sums}",
            *judged,
            f"{sums and ' FROM report'}),",
            f" page AS (SELECT * FROM report {where} ORDER BY {order} LIMIT :page_limit::int), detailed AS (",  # noqa: S608
            self.details or _ALL,
            ") SELECT detailed.*, said.* FROM said"  # noqa: S608
            " LEFT JOIN (SELECT *, true AS there FROM detailed) AS detailed ON true"
            f" ORDER BY {order}",
        )

    @property
    def _values(self) -> str:
        if self.ordered:
            return ", ".join(self.key)
        return ", ".join(f"coalesce({column}, {self._least(column)})" for column in self.key)

    def _least(self, column: str) -> str:
        kind = self.types[column]
        return f"({_LEAST[kind]})::{kind}"

    def cursor(self, row: NamedValues) -> str:
        """The cursor for the page after this row."""
        values = [str(self._none(column) if row[column] is None else row[column]) for column in self.key]
        return page_cursor.encode(self.name, *values)

    def _none(self, column: str) -> str:
        return _LEAST[self.types[column]].strip("'")

    def after(self, cursor: str | None) -> Mapping[str, str]:
        """The parameters `after_0`, … of a cursor; none for the first page.

        Raises:
            BadParameter: it is not a cursor of this report.
        """
        if cursor is None:
            return {}
        try:
            values = page_cursor.decode(self.name, cursor)
        except Bad as fault:
            raise refused_cursor() from fault
        if len(values) != len(self.key) or not all(map(is_storable, values)):
            raise refused_cursor()
        return {f"after_{nr}": value for nr, value in enumerate(values)}


def prefix(nr: int) -> str:
    """The prefix for the parameters of one statement among several."""
    return f"q{nr}_"


def side_by_side(statements: Sequence[Template]) -> Statement:
    """Several page statements as one, whose only row holds the rows of each in a column."""
    columns = (
        compose("ARRAY(SELECT one_row FROM (", statement.prefixed(prefix(nr)), ") AS one_row)")
        for nr, statement in enumerate(statements)
    )
    first, *others = columns
    return compose("SELECT ", first, *(piece for column in others for piece in (", ", column))).statement()


def refused_cursor() -> BadParameter:
    """The error for a cursor that is invalid or belongs to another list."""
    fault = no_cursor()
    return BadParameter(f"cursor: {fault}", field="cursor", remedy=fault.remedy)
