"""`forcegen audit reconcile`: Kafka, archive, stores and views side by side, with every difference named."""

import asyncio
from typing import Annotated

import typer

from cli.connect.endpoints import USUAL, Bootstrap, Database, Directory
from cli.lazy import at_first_use
from cli.output.errors import FAILED
from cli.output.options import print_json
from cli.output.tables import Only, number, table
from cli.output.terminal import notices
from operations.kafka_users import OPERATOR

with at_first_use():
    from cli.connect import brokers
    from cli.output import progress
    from operations import reconcile_stores

Json = Annotated[bool, typer.Option("--json", help="Each difference as one JSON object a line, and nothing else.")]


def reconcile(
    bootstrap: Bootstrap = None,
    database: Database = None,
    directory: Directory = USUAL,
    *,
    columns: Only = None,
    as_json: Json = False,
) -> None:
    """Compare Kafka, the archive, the services' own stores and the views; name each difference and what to do about it.

    Services may run meanwhile: what is only on its way is counted as waiting, and is no difference.

    \b
    Examples:
      forcegen audit reconcile
      forcegen audit reconcile --bootstrap kafka:9092 --database postgresql://reader@postgres/forcegen
    \b
    Exit codes: 0 all agree; 1 there are differences, or something could not be read.
    """
    findings = 0

    def show(finding: "reconcile_stores.Finding") -> None:
        nonlocal findings
        findings += finding.records
        if as_json:
            print_json(finding.as_json())
        else:
            typer.echo(str(finding))

    at = brokers.kafka(bootstrap, directory, OPERATOR)
    comparing = reconcile_stores.reconcile_stores(at, database, directory, show, progress.records)
    compared = asyncio.run(comparing)
    if not as_json:
        _show(compared, columns)
    if findings:
        raise typer.Exit(FAILED)


def _show(compared: "reconcile_stores.Reconciliation", columns: str | None) -> None:
    shown = table(
        "compared",
        *map(number, ("looked_at", "on_its_way", "only_archived", "unreadable", "parked", "differences")),
    )
    for line in compared.lines:
        counted = line.counted
        cells = (counted.compared, counted.waiting, counted.only_archived, counted.unread, counted.parked)
        shown.row(line.between, *(f"{cell:,}" for cell in (*cells, line.differences)))
    shown.show(columns)
    for service, behind in compared.lag.items():
        if behind:
            notices().print(f"{service} has {behind:,} records still to read: that is lag, not loss.")
    gone = sum(line.counted.only_archived for line in compared.lines)
    if gone:
        notices().print(f"{gone:,} records are archived and no longer in Kafka, by its retention: that is no loss.")
    differences = sum(line.differences for line in compared.lines)
    typer.echo(f"{differences:,} differences." if differences else "All agree.")
