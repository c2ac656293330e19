"""`forcegen audit reconcile`: Kafka, archive, stores and views side by side, with every difference named."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from cli.connect import databases, endpoints, kafka
from cli.connect.databases import Database
from cli.connect.endpoints import USUAL, Bootstrap, Directory
from cli.output.errors import FAILED, Complaint
from cli.output.progress import Records, records
from cli.output.terminal import news, number, results, row, table
from services.audit.archive import kafka_reader
from services.audit.archive.selection import UnsequencedRecords
from services.audit.reconcile.finding import Finding
from services.audit.reconcile.run import Reconciliation
from services.audit.reconcile.watermarks import OWNERS

Json = Annotated[bool, typer.Option("--json", help="Each difference as one JSON object a line, and nothing else.")]


def reconcile(
    bootstrap: Bootstrap = None,
    database: Database = None,
    directory: Directory = USUAL,
    *,
    as_json: Json = False,
) -> None:
    """Compare Kafka, the archive, the rooms' own stores and the views; name each difference and what to do about it.

    Rooms may run meanwhile: what is only on its way is counted as waiting, and is no difference.

    \b
    Examples:
      forcegen audit reconcile
      forcegen audit reconcile --bootstrap kafka:9092 --database postgresql://reader@postgres/forcegen
    \b
    Exit codes: 0 all agree; 1 there are differences, or something could not be read.
    """
    found = asyncio.run(_run(endpoints.bootstrap(bootstrap, directory), database, directory, as_json=as_json))
    if found:
        raise typer.Exit(FAILED)


async def _run(bootstrap: str, database: str | None, directory: Path, *, as_json: bool) -> int:
    """How many differences there are."""
    differences = 0
    async with AsyncExitStack() as opened:
        sessions = {
            owner: await opened.enter_async_context(databases.reading(owner, database, directory)) for owner in OWNERS
        }
        try:
            there = await opened.enter_async_context(kafka_reader.opened(kafka.settings(bootstrap)))
            bar = opened.enter_context(records())
            told = Reconciliation(sessions, there, _beginning(bar))
            async for each in told.run():
                differences += each.records
                _tell(each, as_json=as_json)
        except (KafkaError, kafka_reader.PartitionSilent) as fault:
            what = f"Kafka at {bootstrap} cannot be read ({type(fault).__name__}: {fault})"
            raise Complaint(f"{what}: see `forcegen status`, or name another with --bootstrap.") from fault
        except UnsequencedRecords as fault:
            raise Complaint(str(fault)) from fault
    if not as_json:
        _show(told)
    return differences


def _beginning(bar: Records) -> Callable[[str, int], Callable[[int], None]]:
    def begin(what: str, of: int) -> Callable[[int], None]:
        bar.begin(what, of)
        return bar

    return begin


def _tell(found: Finding, *, as_json: bool) -> None:
    typer.echo(json.dumps(found.as_json()) if as_json else str(found))


def _show(told: Reconciliation) -> None:
    shown = table(
        "compared", *map(number, ("looked at", "on its way", "only archived", "unreadable", "parked", "differences"))
    )
    for line in told.lines:
        counted = line.counted
        cells = (counted.looked_at, counted.waiting, counted.only_archived, counted.unread, counted.parked)
        row(shown, (line.between, *(f"{cell:,}" for cell in (*cells, line.differences))))
    results().print(shown)
    for room, behind in told.lag.items():
        if behind:
            news().print(f"{room} has {behind:,} records still to read: that is lag, not loss.")
    gone = sum(line.counted.only_archived for line in told.lines)
    if gone:
        news().print(f"{gone:,} records are archived and no longer in Kafka, by its retention: that is no loss.")
    differences = sum(line.differences for line in told.lines)
    typer.echo(f"{differences:,} differences." if differences else "All agree.")
