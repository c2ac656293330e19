"""`forcegen import strength-returns`: sends a file of the UN's monthly returns, and shows the result of each row."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Annotated, BinaryIO, NoReturn

import typer
from aiokafka.errors import KafkaError

from cli.commands.send.command import opened
from cli.commands.send.ndjson import BadLine, CommandLine
from cli.commands.send.send_and_wait import SendAndWait
from cli.commands.send.signed_lines import signed_by_its_producer
from cli.connect.endpoints import USUAL, Bootstrap, Directory, kafka, producers_keys
from cli.connect.kafka import clients
from cli.output.errors import CommandError
from cli.output.progress import progress
from cli.strength_returns.account import Account
from cli.strength_returns.anomalies import Noticing
from cli.strength_returns.commands import command
from cli.strength_returns.log_end import log_end
from cli.strength_returns.rows import ReturnRow, read_rows
from contracts.forms import is_instant_in_range
from contracts.limits import FIRST_DAY, LAST_DAY
from contracts.text import unfit
from kernel.runtime.settings import Settings
from operations.kafka_users import CLI
from operations.local_keys import LocalKeys

SOURCE = "UN strength return"
EVENTS = "deployments.events"
CHUNK_ROWS = 200
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?", re.ASCII)

From = Annotated[str, typer.Argument(metavar="FILE.csv", help="One row a line, with a header; `-` is standard input.")]
At = Annotated[
    str | None,
    typer.Option(
        "--published-at",
        help="When these returns were published: a day (its beginning in UTC) or an RFC 3339 instant."
        " Unless given: the beginning of the day after the newest date in the file.",
    ),
]
By = Annotated[str, typer.Option("--source", help="What publication it is, as the register is to cite it.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until each row is answered.")]
Silence = Annotated[float, typer.Option("--timeout", min=0.1, help="Give up after so many seconds without an answer.")]


def strength_returns(
    file: From,
    published_at: At = None,
    source: By = SOURCE,
    given: Bootstrap = None,
    directory: Directory = USUAL,
    timeout: Silence = 30.0,
    *,
    wait: Wait = True,
) -> None:
    """Record the UN's monthly returns, row by row, as published.

    The same file again changes nothing, so an interrupted import is sent again; a later publication of the same month
    (another --published-at) is kept beside the first. Rows that are odd are recorded and listed; a row that cannot be
    read is named with its line and the remedy, and the others go in.

    \b
    Examples:
      forcegen import strength-returns 2014.csv
      forcegen import strength-returns 2014-restated.csv --published-at 2015-06-01
      gzip -dc all.csv.gz | forcegen import strength-returns - --published-at 2024-03-01T12:00:00Z
    \b
    Exit codes: 0 every row is on record; 1 rows were unreadable, invalid or in conflict, or Kafka was not there; 2 the
    command line is wrong; 3 no answer in time.
    """
    brokers, source, keys = kafka(given, directory, CLI), _reference(source), producers_keys(given, directory)
    with opened(file, "a header and one row a line") as read:
        at = _instant(published_at) if published_at is not None else _after_the_newest(read, source)
        with progress(read) as advanced:
            account, noticing = Account(advanced.console, advanced, waited=wait), Noticing()
            rows = _commands(read, at, source, noticing, keys)
            try:
                asyncio.run(_exchange(brokers, rows, account, wait=wait, silence_s=timeout))
            finally:
                account.show(noticing.groups)
    raise typer.Exit(account.exit_code)


async def _exchange(
    brokers: Settings, rows: AsyncIterator[CommandLine | BadLine], account: Account, *, wait: bool, silence_s: float
) -> None:
    async with clients(brokers, wait=wait) as (producer, consumer):
        try:
            if wait:
                account.position = await log_end(brokers, EVENTS, await producer.partitions_for(EVENTS))
            await SendAndWait(producer, consumer, account, structured=False).run(rows, silence_s=silence_s)
        except (KafkaError, TimeoutError) as fault:
            cause = f"Kafka at {brokers.kafka_bootstrap} failed on the way ({type(fault).__name__})"
            raise CommandError(f"{cause}. Import the file again: repeats are harmless.") from fault


async def _commands(
    file: BinaryIO, at: datetime, source: str, noticing: Noticing, keys: LocalKeys | None
) -> AsyncIterator[CommandLine | BadLine]:
    """The commands of the rows, signed for the system of this machine. A pipe may block, so a thread reads: row by row
    from a pipe, in chunks from a file.
    """
    rows = read_rows(file, at, source)
    while batch := await asyncio.to_thread(list, islice(rows, CHUNK_ROWS if file.seekable() else 1)):
        for row in batch:
            if isinstance(row, BadLine):
                yield row
                continue
            line = command(row, noticing.take(row))
            yield line if keys is None else signed_by_its_producer(line, keys)


def _reference(text: str) -> str:
    if not 1 <= len(text) <= 200 or unfit(text):
        raise typer.BadParameter("name it in 1 to 200 characters, on one line", param_hint="--source")
    return text


def _instant(text: str) -> datetime:
    wanted = "" if "T" in text else "T00:00:00Z"
    try:
        instant = datetime.fromisoformat(text + wanted) if _INSTANT.fullmatch(text) else _no_instant(text)
    except ValueError:
        return _no_instant(text)
    if not is_instant_in_range(instant):
        message = f"{text!r} is not between {FIRST_DAY} and {LAST_DAY}"
        raise typer.BadParameter(message, param_hint="--published-at")
    return instant.astimezone(UTC)


def _no_instant(text: str) -> NoReturn:
    message = f"{text!r} is no day (2015-06-01) and no instant with its offset (2015-06-01T12:00:00Z)"
    raise typer.BadParameter(message, param_hint="--published-at")


def _after_the_newest(file: BinaryIO, source: str) -> datetime:
    """The start of the day after the newest readable date: the same file always gives the same instant."""
    if not file.seekable():
        raise CommandError("A pipe is read only once: say with --published-at when these returns were published.")
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    newest = max(
        (row.command.as_of for row in read_rows(file, epoch, source) if isinstance(row, ReturnRow)), default=None
    )
    file.seek(0)
    if newest == LAST_DAY:
        raise CommandError("The newest date in the file is the calendar's last: name the instant with --published-at.")
    return datetime.combine(newest + timedelta(days=1), time(), UTC) if newest else epoch
