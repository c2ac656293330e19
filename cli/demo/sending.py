"""Sends the story to a running system wave by wave, and waits for the answers of each wave.

A rehearsal in memory determines which answers to wait for, since ids are deterministic. Nothing sleeps: a wave is over
when every command of it, and every command that the services' policies sent because of it, is answered.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cli.demo import refusals
from cli.demo.doors import Doors
from cli.demo.foreign_client import Answer, ForeignClient
from cli.demo.steps import Step
from cli.demo.story import Chapter, chapters
from contracts.cloudevents import Envelope
from operations.rehearsal import Address, InMemorySystem

SILENCE_S: Final = 60.0


class Differs(Exception):
    """A command got a different answer than the services' own rules give in memory."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The result of a chapter."""

    title: str
    sent: int
    repeated: int
    """Commands that had been answered before, and got the same answer again."""
    followed: int
    """Commands that the services sent to one another because of them."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An example and its answer."""

    example: refusals.Example
    rule: str
    reason: str
    remedy: str


async def send_chapters(doors: Doors, system: InMemorySystem, report: Callable[[str], None]) -> Sequence[Answered]:
    """Send every chapter of the story, in order."""
    chapters_sent = []
    for chapter in chapters(by_two=system.has_register):
        report(chapter.title)
        chapters_sent.append(await _chapter(doors, system, chapter))
    return chapters_sent


async def _chapter(doors: Doors, system: InMemorySystem, chapter: Chapter) -> Answered:
    sent: list[Address] = []
    followed: list[Address] = []
    for wave in chapter.waves:
        answers, after = await _exchange(doors, system, envelopes(wave, system))
        sent += answers
        followed += after
    repeated = sum(doors.kafka.is_repeat(address) for address in sent)
    return Answered(chapter.title, len(sent), repeated, len(followed))


def envelopes(wave: Iterable[Step], system: InMemorySystem) -> Sequence[Envelope]:
    """The commands of a wave, after those before it: whoever approves has read what is on record by then."""
    return [step.as_read(system.version(step.command.service, step.command.stream)).envelope() for step in wave]


async def _exchange(
    doors: Doors, system: InMemorySystem, envelopes: Sequence[Envelope]
) -> tuple[Sequence[Address], Sequence[Address]]:
    """Send and wait; returns the addresses of the commands' answers, and of the answers that followed from them."""
    addresses, client = system.ask(envelopes), doors.kafka
    direct, followed = addresses[: len(envelopes)], addresses[len(envelopes) :]
    await doors.send(envelopes)
    await client.wait_for(direct, (), silence_s=SILENCE_S)
    _compare(client, system, direct)
    await client.wait_for((), followed, silence_s=SILENCE_S)
    _compare(client, system, followed)
    return direct, followed


def _compare(client: ForeignClient, system: InMemorySystem, addresses: Sequence[Address]) -> None:
    for address in addresses:
        answer, expected = client.answer(address), system.answer(address)
        if (answer["status"], answer["rule"]) != (expected.status, expected.rule):
            by = f" by {answer['rule']}" if answer["rule"] else ""
            should_be = f"{expected.status}{f' by {expected.rule}' if expected.rule else ''}"
            raise Differs(f"{address[2]} was {answer['status']}{by} and should be {should_be}: {answer['reason']}")


async def send_refusals(doors: Doors, system: InMemorySystem) -> Sequence[Refused]:
    """Send every example; returns each with its answer."""
    await _exchange(doors, system, refusals.set_up())
    examples = refusals.examples()
    addresses, _ = await _exchange(doors, system, [example.envelope() for example in examples])
    return [
        _refused(example, doors.kafka.answer(address)) for example, address in zip(examples, addresses, strict=True)
    ]


def _refused(example: refusals.Example, answer: Answer) -> Refused:
    details = [f"- {one}" for one in answer["details"]]
    reason = "\n".join([answer["reason"] or "", *details])
    return Refused(example, answer["rule"] or "", reason, answer["remedy"] or "")
