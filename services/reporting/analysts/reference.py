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

Made from the comments in the database ([how to connect](../how-to/query-with-sql.md)). Every name is in the schema
`analysts`. A parameter that is left out does not narrow; name those that are given, as in
`strength_as_of(as_of => '2014-07-01', of_contributor => 'KAZ')`.
"""
_FUNCTIONS: Final = """
SELECT proname AS name, obj_description(oid) AS description, pg_get_function_arguments(oid) AS parameters,
       pg_get_function_result(oid) AS gives
FROM pg_proc WHERE pronamespace = $1::regnamespace ORDER BY proname
"""
_VIEWS: Final = """
SELECT relname AS name, obj_description(pg_class.oid) AS description,
       string_agg(format('%s %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) AS gives
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = $1::regnamespace AND relkind = 'v' AND attnum > 0 GROUP BY relname, pg_class.oid ORDER BY relname
"""


async def page(connection: asyncpg.Connection) -> str:
    """The page, as Markdown."""
    functions = await connection.fetch(_FUNCTIONS, SCHEMA)
    views = await connection.fetch(_VIEWS, SCHEMA)
    return f"{HEAD}\n## Functions\n\n{_entries(functions, '()')}\n## Views\n\n{_entries(views, '')}"


def _entries(objects: Sequence[asyncpg.Record], ending: str) -> str:
    entries = []
    for entry in objects:
        parameters = f"- parameters: {entry['parameters']}\n" if "parameters" in entry else ""
        gives = entry["gives"].removeprefix("TABLE(").removesuffix(")") if ending else entry["gives"]
        entries.append(f"### {entry['name']}{ending}\n\n{entry['description']}\n\n{parameters}- columns: {gives}\n")
    return "\n".join(entries)


async def _print() -> None:
    connection = await asyncpg.connect(os.environ["FORCEGEN_DATABASE_URL"])
    print(await page(connection), end="")  # noqa: T201
    await connection.close()


if __name__ == "__main__":
    asyncio.run(_print())
