"""The reference page of the schema, made from the comments in the database.

`python -m services.reporting.analysts.reference` reads the database that FORCEGEN_DATABASE_URL names, and prints the
page; a test holds the committed page to it.
"""

import asyncio
import os
from collections.abc import Sequence
from typing import Final

import asyncpg

from services.reporting.analysts.generate import SCHEMA

HEAD: Final = """# SQL for analysts: reference

Made from the comments in the database ([how to connect](../how-to/query-with-sql.md)), which tools show too: `\\d+` of
`psql`, Power BI, DBeaver. An effective day or time is when something was true, a record time when the register took it;
numbers of people, tours, votes and the like are counts. Every name is in the schema
`analysts`. A parameter that is left out does not narrow; name those that are given, as in
`strength_as_of(as_of => '2014-07-01', of_contributor => 'KAZ')`.
"""
_FUNCTIONS: Final = """
SELECT proname AS name, obj_description(oid) AS description, pg_get_function_arguments(oid) AS parameters
FROM pg_proc WHERE pronamespace = $1::regnamespace ORDER BY proname
"""
_VIEWS: Final = """
SELECT relname AS name, obj_description(pg_class.oid) AS description,
       string_agg(format('- %s (%s): %s', attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum)),
                  E'\n' ORDER BY attnum) AS columns,
       to_regproc(format('%s.%s_as_of', relnamespace::regnamespace, relname)) IS NOT NULL AS is_report
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = $1::regnamespace AND relkind = 'v' AND attnum > 0 GROUP BY relname, pg_class.oid ORDER BY relname
"""


async def page(connection: asyncpg.Connection) -> str:
    """The page, as Markdown."""
    functions = await connection.fetch(_FUNCTIONS, SCHEMA)
    views = await connection.fetch(_VIEWS, SCHEMA)
    return f"{HEAD}\n## Functions\n\n{_functions(functions)}\n## Views\n\n{_views(views)}"


def _functions(functions: Sequence[asyncpg.Record]) -> str:
    """Each function; its comment names its columns."""
    return "\n".join(
        f"### {each['name']}()\n\n{each['description']}\n\nParameters: {each['parameters']}\n" for each in functions
    )


def _views(views: Sequence[asyncpg.Record]) -> str:
    """Each view, with the comments of its columns; a view of a report has those of its function."""
    return "\n".join(
        f"### {each['name']}\n\n{each['description']}"
        + (f" Columns: as of `{each['name']}_as_of()`.\n" if each["is_report"] else f"\n\n{each['columns']}\n")
        for each in views
    )


async def _print() -> None:
    connection = await asyncpg.connect(os.environ["FORCEGEN_DATABASE_URL"])
    print(await page(connection), end="")  # noqa: T201
    await connection.close()


if __name__ == "__main__":
    asyncio.run(_print())
