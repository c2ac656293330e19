"""Phase 4, write: sets the changed rows in the views, and keeps the rows that they replace as history."""

from kernel.store.postgres import Connection
from services.reporting.projections.change_set import ChangeSet
from services.reporting.projector.upsert_sql import STATEMENTS


async def write(connection: Connection, changes: ChangeSet) -> None:
    """Set the changed rows and keep those that they replace, with three statements for each table."""
    changed = [(STATEMENTS[table], table) for table, rows in changes.changed.items() if rows]
    if changed:
        await connection.execute(" ".join(statements.make_stage for statements, _ in changed))
    for statements, table in changed:
        begins = changes.system_from[table]
        rows = [(*row, begins[key], None) for key, row in changes.changed[table].items()]
        old = [(*row, *period) for row, *period in changes.superseded[table]]
        await connection.copy_records_to_table(statements.stage, records=rows + old, columns=statements.stage_columns)
        await connection.execute(statements.set)
        if old:
            await connection.execute(statements.keep)
