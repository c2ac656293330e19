"""`forcegen audit reconcile`: Kafka, archive, stores and views side by side, with every difference named."""

import asyncio
import json
from typing import Annotated

import typer

from cli.connect import endpoints
from cli.connect.endpoints import USUAL, Bootstrap, Database, Directory
from cli.output.errors import FAILED
from cli.output.progress import records
from cli.output.terminal import notices, number, results, row, table
from operations.kafka_users import OPERATOR
from operations.reconcile_stores import Finding, Reconciliation, reconcile_stores

Json = Annotated[bool, typer.Option("--json", help="Each difference as one JSON object a line, and nothing else.")]


def reconcile(
    bootstrap: Bootstrap = None,
    database: Database = None,
    directory: Directory = USUAL,
    *,
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

    def show(finding: Finding) -> None:
        nonlocal findings
        findings += finding.records
        typer.echo(json.dumps(finding.as_json()) if as_json else str(finding))

    brokers = endpoints.kafka(bootstrap, directory, OPERATOR)
    compared = asyncio.run(reconcile_stores(brokers, database, directory, show, records))
    if not as_json:
        _show(compared)
    if findings:
        raise typer.Exit(FAILED)


def _show(compared: Reconciliation) -> None:
    shown = table(
        "compared", *map(number, ("looked at", "on its way", "only archived", "unreadable", "parked", "differences"))
    )
    for line in compared.lines:
        counted = line.counted
        cells = (counted.compared, counted.waiting, counted.only_archived, counted.unread, counted.parked)
        row(shown, (line.between, *(f"{cell:,}" for cell in (*cells, line.differences))))
    results().print(shown)
    for service, behind in compared.lag.items():
        if behind:
            notices().print(f"{service} has {behind:,} records still to read: that is lag, not loss.")
    gone = sum(line.counted.only_archived for line in compared.lines)
    if gone:
        notices().print(f"{gone:,} records are archived and no longer in Kafka, by its retention: that is no loss.")
    differences = sum(line.differences for line in compared.lines)
    typer.echo(f"{differences:,} differences." if differences else "All agree.")
