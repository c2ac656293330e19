"""The work of `forcegen send`: a file of commands through Kafka to the services, and their answers back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeAlias

from aiokafka.errors import KafkaError

from cli.commands.send.ndjson import BadLine, CommandLine, read_lines
from cli.commands.send.send_and_wait import SendAndWait
from cli.commands.send.signed_lines import signed, signed_by_its_producer
from cli.commands.send.summary import SendSummary
from cli.connect.brokers import kafka, producers_keys
from cli.connect.kafka import clients
from cli.input.files import opened
from cli.input.key_files import read_key
from cli.output.errors import WRONG_USAGE, CommandError
from cli.output.progress import progress
from contracts.command_topics import PRODUCER_NAME, own, shared
from kernel.runtime.settings import Settings
from operations.kafka_users import CLI
from operations.local_keys import LocalKeys

Signer: TypeAlias = Callable[[CommandLine], CommandLine | BadLine]


@dataclass(frozen=True, slots=True)
class Sending:
    """Where commands go, and how."""

    bootstrap: str | None
    """Kafka's address; None is that of the system in `directory`."""
    directory: Path
    structured: bool
    """The content mode of the CloudEvents Kafka binding: structured, else binary."""
    waits: bool
    """Whether each command's answer is waited for."""
    silence_s: float
    """How long, without any answer, until it is given up."""


def send_file(file: str, how: Sending, sign: Path | None, producer: str | None, *, as_json: bool) -> int:
    """Send the commands of a file and print what was answered; returns the exit code.

    Raises:
        CommandError: the file, the key or Kafka is not there, or no answer came in time.
    """
    if producer is not None and not PRODUCER_NAME.fullmatch(producer):
        raise CommandError("--producer: a producer's name has lower-case letters, digits and hyphens.", WRONG_USAGE)
    brokers = kafka(how.bootstrap, how.directory, CLI)
    signer = _signer(sign, None if producer is not None else producers_keys(how.bootstrap, how.directory))
    with opened(file) as source, progress(source) as advanced:
        summary = SendSummary(advanced.console, as_json=as_json, advanced=advanced)
        topic_of = shared if producer is None else partial(own, producer=producer)
        try:
            asyncio.run(_send(brokers, _lines(source, signer), summary, how, topic_of))
        except CommandError:
            summary.show(waited=how.waits)
            raise
    summary.show(waited=how.waits)
    return summary.exit_code


async def _send(
    brokers: Settings,
    lines: AsyncIterator[CommandLine | BadLine],
    summary: SendSummary,
    how: Sending,
    topic_of: Callable[[str], str],
) -> None:
    async with clients(brokers, wait=how.waits) as (producer, consumer):
        send_and_wait = SendAndWait(producer, consumer, summary, structured=how.structured, topic_of=topic_of)
        try:
            await send_and_wait.run(lines, silence_s=how.silence_s)
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
