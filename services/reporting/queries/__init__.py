"""The queries, in SQL: one file per idea, each with a line that gives the reason.

`kernel.sql.template` defines how parameters and optional filters are written.

A report with many rows, of which a page shows some, has two files. `<name>.sql` finds the rows, with only their key and
the columns that add up; `<name>_details.sql` gives all columns of the rows in `page`.
"""

from collections.abc import Mapping
from functools import cache

import kernel.sql.template
from kernel.sql.template import Statement, Template, compose, template


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


def filtered(name: str, given: Mapping[str, object]) -> Statement:
    """The statement in `<name>.sql` with only those filters that have a value."""
    return kernel.sql.template.filtered(__package__, name, given)
