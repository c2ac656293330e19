"""Generates `shapes.json` from the queries: the columns of the rows of lists and reports, with their Postgres types.

The query API's document is written without a database, so the result types of the queries are kept beside them. A test
holds the file to the queries; `python -m services.reporting.http.generate_shapes` makes it again, on the database that
the settings name (FORCEGEN_DATABASE_URL).
"""

import asyncio
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeAlias

import asyncpg

from kernel.runtime.settings import Settings
from kernel.store.postgres import Connection
from services.reporting.lists.catalogue import LISTS
from services.reporting.queries import query
from services.reporting.reports.catalogue import REPORTS

Columns: TypeAlias = dict[str, str]
"""Postgres types by column name."""
Shapes: TypeAlias = dict[str, Columns]
"""Columns by the name of their shape: `lists/tours`, `reports/strength`, `inside/consent`."""
FILE: Final = "shapes.json"
INSIDE: Final = {
    "stay": "SELECT tour, nth, mission, valid_from, valid_to, facts, contributor, system_from FROM stays",
    "consent": "SELECT * FROM consents",
    "date_change": "SELECT * FROM tour_date_changes",
    "waiver": "SELECT * FROM waivers",
    "term": "SELECT version, since, missions, categories, ceiling, qualifier, valid_from, valid_until, act_number,"
    " event FROM line_terms",
    "legal_document": "SELECT * FROM legal_documents",
}
"""Rows nested in an item of a list, selected as the list's query selects them (`shapes._NESTED`)."""
_ITEM: Final = "to_json(item) AS item"


async def shapes_of(connection: Connection) -> Shapes:
    """The shapes of the queries on a database with the views."""
    statements = {f"lists/{name}": query(each.sql).sql.replace(_ITEM, "item.*") for name, each in LISTS.items()}
    for name, report in REPORTS.items():
        statements[f"reports/{name}"] = report.statement.sql
        statements |= {f"reports/{name} {s}": other.statement.sql for s, other in report.other_sources.items()}
    statements |= {f"inside/{name}": picked for name, picked in INSIDE.items()}
    return {name: await _columns(connection, name, sql) for name, sql in statements.items()}


async def _columns(connection: Connection, name: str, sql: str) -> Columns:
    columns = [(c.name, c.type.name) for c in (await connection.prepare(sql)).get_attributes()]
    # The key of a list's row comes first, before the item itself.
    return dict(columns[1:] if name.startswith("lists/") else columns)


def text(shapes: Mapping[str, Columns]) -> str:
    """The content of the file."""
    return json.dumps(shapes, indent=1) + "\n"


async def _write() -> None:
    connection = await asyncpg.connect(Settings.for_service("reporting").database_url.get_secret_value())
    try:
        content = text(await shapes_of(connection))
    finally:
        await connection.close()
    await asyncio.to_thread(Path(str(files("services.reporting.http") / FILE)).write_text, content)


if __name__ == "__main__":
    asyncio.run(_write())
