"""The queries, in SQL: one file per idea, each with a line that gives the reason.

`kernel.sql.template` defines how parameters and optional filters are written.

A report with many rows, of which a page shows some, has two files. `<name>.sql` finds the rows, with only their key and
the columns that add up; `<name>_details.sql` gives all columns of the rows in `page`.
"""

from collections.abc import Collection, Mapping
from functools import cache, lru_cache

from kernel.sql.template import Statement, Template, compose, template

FILTERED_MAX = 1_000
"""Size of the statement cache, which holds one statement per list and combination of filters."""


def named(name: str) -> Template:
    """The template in `<name>.sql`."""
    return template(__package__, name)


@cache
def with_details(rows: str, details: str) -> Template:
    """Every row with its details; `details` is empty if the rows have all columns already."""
    return compose("WITH page AS (", named(rows), ") ", named(details)) if details else named(rows)


@cache
def whole_statement(rows: str, details: str) -> Statement:
    """`with_details` with every filter included."""
    return with_details(rows, details).nullable().statement()


@cache
def query(name: str) -> Statement:
    """The statement in `<name>.sql`, with every filter included."""
    return named(name).nullable().statement()


def given_filters(parameters: Collection[str], given: Mapping[str, object]) -> frozenset[str]:
    """The parameters that have a value."""
    return frozenset(name for name in parameters if given.get(name) is not None)


def filtered(name: str, given: Mapping[str, object]) -> Statement:
    """The statement in `<name>.sql` with only those filters that have a value."""
    return _filtered(name, given_filters(query(name).parameters, given))


@lru_cache(maxsize=FILTERED_MAX)
def _filtered(name: str, given: frozenset[str]) -> Statement:
    return named(name).narrowed(given).statement()
