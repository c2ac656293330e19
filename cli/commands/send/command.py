"""`forcegen send`: commands from a file through Kafka to the services, and their answers back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO, TypeAlias

import typer
from aiokafka.errors import KafkaError

from cli.commands.send.ndjson import BadLine, CommandLine, read_lines
from cli.commands.send.send_and_wait import SendAndWait
from cli.commands.send.signed_lines import signed, signed_by_its_producer
from cli.commands.send.summary import SendSummary
from cli.connect.endpoints import USUAL, Bootstrap, Directory, kafka, producers_keys
from cli.connect.kafka import clients
from cli.input.key_files import read_key
from cli.output.errors import CommandError
from cli.output.progress import progress
from contracts.command_topics import PRODUCER_NAME, own, shared
from kernel.runtime.settings import Settings
from operations.kafka_users import CLI
from operations.local_keys import LocalKeys


class Mode(StrEnum):
    """The content modes of the CloudEvents Kafka binding."""

    binary = "binary"
    structured = "structured"


Signer: TypeAlias = Callable[[CommandLine], CommandLine | BadLine]
From = Annotated[str, typer.Argument(metavar="FILE", help="One CloudEvent (JSON) a line; `-` is standard input.")]
Wait = Annotated[
    bool | None,
    typer.Option(
        "--wait/--no-wait",
        help="Wait for the answer to each command.",
        show_default="--wait; with --producer, --no-wait",
    ),
]
Producer = Annotated[
    str | None,
    typer.Option(
        "--producer",
        metavar="NAME",
        help="Send to the own topic of this registered producer, logged in as its user.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the outcomes, one JSON object a line.")]
Sign = Annotated[
    Path | None, typer.Option("--sign", metavar="KEY", help="Sign each command with the private key in this file.")
]
As = Annotated[Mode, typer.Option("--mode", help="How a command is laid out in its Kafka record.")]
Silence = Annotated[float, typer.Option("--timeout", min=0.1, help="Give up after so many seconds without an answer.")]


def send(  # noqa: PLR0913  (an option each)
    file: From,
    given: Bootstrap = None,
    directory: Directory = USUAL,
    mode: As = Mode.binary,
    timeout: Silence = 30.0,
    sign: Sign = None,
    producer: Producer = None,
    *,
    wait: Wait = None,
    as_json: Json = False,
) -> None:
    """Send commands through Kafka, each to its service, and show what was answered.

    Each line brings its own id, source and time: sent again, it is answered the same. A line that cannot be read is
    named with its number and the remedy, and the others go in. A line that is signed already goes out as it was signed.

    A producer that does not sign has a topic of its own, <service>.commands.NAME. Its user reads no topic, so
    --producer does not wait: the answers are at GET /v1/commands/ID.

    \b
    Examples:
      forcegen send commands.ndjson
      forcegen send commands.ndjson --json | jq -r 'select(.status == "refused") | .reason'
      gzip -dc 2014.ndjson.gz | forcegen send - --no-wait
      forcegen send commands.ndjson --sign producer.key
      forcegen send commands.ndjson --producer parliament --bootstrap kafka-1:9092
    \b
    Exit codes: 0 every command was decided (accepted, refused and pending are answers); 1 lines were unreadable, or
    commands invalid or in conflict, or Kafka was not there; 2 the command line is wrong; 3 no answer in time.
    """
    if producer is not None and not PRODUCER_NAME.fullmatch(producer):
        raise CommandError("--producer: a producer's name has lower-case letters, digits and hyphens.", 2)
    waits = producer is None if wait is None else wait
    brokers = kafka(given, directory, CLI)
    signer = _signer(sign, None if producer is not None else producers_keys(given, directory))
    with opened(file) as source, progress(source) as advanced:
        summary = SendSummary(advanced.console, as_json=as_json, advanced=advanced)
        lines = _lines(source, signer)
        topic_of = shared if producer is None else partial(own, producer=producer)
        sending = _send(brokers, lines, summary, wait=waits, mode=mode, silence_s=timeout, topic_of=topic_of)
        try:
            asyncio.run(sending)
        except CommandError:
            summary.show(waited=waits)
            raise
    summary.show(waited=waits)
    raise typer.Exit(summary.exit_code)


async def _send(
    brokers: Settings,
    lines: AsyncIterator[CommandLine | BadLine],
    summary: SendSummary,
    *,
    wait: bool,
    mode: Mode,
    silence_s: float,
    topic_of: Callable[[str], str],
) -> None:
    async with clients(brokers, wait=wait) as (producer, consumer):
        send_and_wait = SendAndWait(producer, consumer, summary, structured=mode is Mode.structured, topic_of=topic_of)
        try:
            await send_and_wait.run(lines, silence_s=silence_s)
        except KafkaError as fault:
            cause = f"Kafka at {brokers.kafka_bootstrap} failed on the way ({type(fault).__name__})"
            raise CommandError(f"{cause}. Send the file again: repeats are harmless.") from fault


def _signer(file: Path | None, keys: LocalKeys | None) -> Signer | None:
    """What signs a line: the key in a file, else that of its producer in the system that is up here, else nothing."""
    if file is not None:
        return partial(signed, key=read_key(file))
    return None if keys is None else partial(signed_by_its_producer, keys=keys)


async def _lines(source: BinaryIO, signer: Signer | None) -> AsyncIterator[CommandLine | BadLine]:
    """The lines of a source, signed if they are to be: a file is read directly; a pipe may block, so a thread reads."""
    lines = read_lines(source)
    if signer is not None:
        lines = (signer(line) if isinstance(line, CommandLine) else line for line in lines)
    if source.seekable():
        for line in lines:
            yield line
        return
    while batch := await asyncio.to_thread(list, islice(lines, 1)):
        yield batch[0]


@contextmanager
def opened(file: str, holding: str = "one command a line") -> Iterator[BinaryIO]:
    """The file, or standard input for `-`."""
    if file == "-":
        yield typer.get_binary_stream("stdin")
        return
    try:
        with Path(file).open("rb") as source:
            yield source
    except OSError as fault:
        raise CommandError(f"{file} cannot be read ({fault.strerror}): name a file with {holding}.") from fault
