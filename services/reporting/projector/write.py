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
        rows = [(*row, begins[key]) for key, row in changes.changed[table].items()]
        await connection.copy_records_to_table(statements.stage, records=rows, columns=statements.columns)
        await connection.execute(statements.set)
        if changes.superseded[table]:
            old = [(*row, *period) for row, *period in changes.superseded[table]]
            columns = statements.history_columns
            await connection.copy_records_to_table(statements.history, records=old, columns=columns)
