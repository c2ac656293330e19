"""The work of `forcegen import strength-returns`: the rows of a file as commands, and the answer to each."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NoReturn

import typer
from aiokafka.errors import KafkaError

from cli.commands.send.ndjson import BadLine, CommandLine
from cli.commands.send.send_and_wait import SendAndWait
from cli.commands.send.signed_lines import signed_by_its_producer
from cli.connect.brokers import kafka, producers_keys
from cli.connect.kafka import clients
from cli.input.files import opened
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

EVENTS = "deployments.events"
CHUNK_ROWS = 200
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Importing:
    """Where the commands go, and how."""

    bootstrap: str | None
    """Kafka's address; None is that of the system in `directory`."""
    directory: Path
    waits: bool
    """Whether each row's answer is waited for."""
    silence_s: float
    """How long, without any answer, until it is given up."""


def import_file(file: str, how: Importing, published_at: str | None, source: str, *, as_json: bool) -> int:
    """Send the rows of a file and print what was answered; returns the exit code.

    Raises:
        BadParameter: the instant or the source is none.
        CommandError: the file or Kafka is not there, or no answer came in time.
    """
    brokers, source = kafka(how.bootstrap, how.directory, CLI), _reference(source)
    keys = producers_keys(how.bootstrap, how.directory)
    with opened(file, "a header and one row a line") as read:
        at = _instant(published_at) if published_at is not None else _after_the_newest(read, source)
        with progress(read) as advanced:
            account = Account(advanced.console, advanced, waited=how.waits, as_json=as_json)
            noticing = Noticing()
            rows = _commands(read, at, source, noticing, keys)
            try:
                asyncio.run(_exchange(brokers, rows, account, wait=how.waits, silence_s=how.silence_s))
            finally:
                account.show(noticing.groups)
    return account.exit_code


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
