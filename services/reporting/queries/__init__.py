"""The questions, in SQL: one file, one idea, with a line that says why.

`kernel.sql.template` says how parameters and optional filters are written.

A report that has many rows, of which a page shows some, is written in two files. `<name>.sql` finds the rows, with no
more of them than their key and what adds up; `<name>_details.sql` gives all columns of those in `page`.
"""

from collections.abc import Collection, Mapping
from functools import cache, lru_cache

from kernel.sql.template import Statement, Template, compose, template

FILTERED_MAX = 1_000
"""Statements that are kept: there are as many as lists have filters."""


def named(name: str) -> Template:
    """The template in `<name>.sql`."""
    return template(__package__, name)


@cache
def with_details(rows: str, details: str) -> Template:
    """Every row with its details; `details` may be empty, where the rows have all columns already."""
    return compose("WITH page AS (", named(rows), ") ", named(details)) if details else named(rows)


@cache
def whole_statement(rows: str, details: str) -> Statement:
    """`with_details` with every filter in it."""
    return with_details(rows, details).nullable().statement()


@cache
def query(name: str) -> Statement:
    """The statement in `<name>.sql`, with every filter in it."""
    return named(name).nullable().statement()


def given_filters(parameters: Collection[str], given: Mapping[str, object]) -> frozenset[str]:
    """Those of the parameters that have a value."""
    return frozenset(name for name in parameters if given.get(name) is not None)


def filtered(name: str, given: Mapping[str, object]) -> Statement:
    """The statement in `<name>.sql` with the filters that are given a value, and without those that are not."""
    return _filtered(name, given_filters(query(name).parameters, given))


@lru_cache(maxsize=FILTERED_MAX)
def _filtered(name: str, given: frozenset[str]) -> Statement:
    return named(name).narrowed(given).statement()
