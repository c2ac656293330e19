"""The demo against a running system: the story and the refusals as its offices send them, then the reports."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aiokafka.errors import KafkaError

from cli.connect import http
from cli.demo import golden, pages
from cli.demo.doors import Doors
from cli.demo.foreign_client import SERVICES, ForeignClient, NoAnswer, Offsets
from cli.demo.producers import UNSIGNED, Signers
from cli.demo.sending import Answered, Differs, Refused, send_chapters, send_refusals
from cli.output.errors import LATE, CommandError
from contracts.json_object import JsonObject
from deploy.local.endpoints import Endpoints
from deploy.service_names import QUERY
from kernel.messaging import kafka, login
from kernel.runtime.settings import Settings
from operations.rehearsal import InMemorySystem

CAUGHT_UP_WITHIN_S: Final = 60.0
POLL_PAUSE_S: Final = 0.2

StoryAnswers = tuple[Sequence[Answered], Sequence[Refused], Offsets]


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The results that the demo shows."""

    chapters: Sequence[Answered]
    refused: Sequence[Refused]
    reports: golden.Reports


def gather(
    system: Endpoints, brokers: Settings, report: Callable[[str], None], signers: Signers = UNSIGNED
) -> DemoResult:
    """Send the story and the commands to be refused to these brokers, then fetch the reports.

    Raises:
        CommandError: an answer is not the expected one, or none came.
    """
    chapters, refused = send_story(system, brokers, report, signers, refusals=True)
    return DemoResult(chapters, refused, golden.query_reports(_report_of(system.urls[QUERY])))


def send_story(
    system: Endpoints,
    brokers: Settings,
    report: Callable[[str], None],
    signers: Signers = UNSIGNED,
    *,
    refusals: bool = False,
) -> tuple[Sequence[Answered], Sequence[Refused]]:
    """Send the story and the commands to be refused, and wait until the reports show them; a repeat changes nothing.

    Raises:
        CommandError: an answer is not the expected one, or none came.
    """
    try:
        chapters, refused, ends = asyncio.run(_send_all(system, brokers, report, signers, refusals=refusals))
    except login.LoginRefused as fault:
        raise CommandError(str(fault)) from fault
    except (NoAnswer, KafkaError) as fault:
        cause = str(fault) or type(fault).__name__
        raise CommandError(f"{cause}. See the logs beside the data, and run the demo again.", LATE) from fault
    except Differs as fault:
        remedy = "Its directory holds other commands, or those of an earlier version: name another with --directory."
        raise CommandError(f"{str(fault).rstrip('.')}. {remedy}") from fault
    report("waiting until the reports have caught up")
    _wait_until_caught_up(system.urls[QUERY], ends)
    return chapters, refused


def show(result: DemoResult) -> None:
    """Print everything, and check it.

    Raises:
        CommandError: a number differs from the public record.
    """
    out, checks = pages.console(), golden.checks(result.reports)
    pages.chapters_sent(out, result.chapters)
    pages.refused(out, result.refused)
    pages.reports(out, result.reports)
    pages.checked(out, checks)
    wrong = [f"{one.what} is {one.stated}, reported {one.reported}" for one in checks if not one.holds]
    if wrong:
        raise CommandError(f"The reports do not agree with the public record: {'; '.join(wrong)}.")


async def _send_all(
    system: Endpoints, brokers: Settings, report: Callable[[str], None], signers: Signers, *, refusals: bool
) -> StoryAnswers:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL + 1)
    await login.check(brokers)
    in_memory = InMemorySystem(signers.register)
    async with ForeignClient(kafka.client(brokers)) as client:
        doors = Doors(client, system.urls, signers.keys, signers.has_demo_clock)
        chapters = await send_chapters(doors, in_memory, report)
        refused: Sequence[Refused] = ()
        if refusals:
            report("sending what the rules refuse")
            refused = await send_refusals(doors, in_memory)
        return chapters, refused, await client.ends(f"{service}.events" for service in SERVICES)


def _wait_until_caught_up(query: str, ends: Offsets) -> None:
    """Wait, within a bound, until the views hold every event that was published before."""
    until = time.monotonic() + CAUGHT_UP_WITHIN_S
    while missing := _missing(http.get_json(f"{query}/v1/position"), ends):
        if time.monotonic() > until:
            raise CommandError(f"The reports are {missing} events behind after {CAUGHT_UP_WITHIN_S:g} s.", LATE)
        time.sleep(POLL_PAUSE_S)


def _missing(position: JsonObject, ends: Offsets) -> int:
    at = {(row["topic"], row["partition"]): row["next_offset"] for row in position["consumed"]}
    return sum(max(0, end - at.get(place, 0)) for place, end in ends.items())


def _report_of(query: str) -> golden.Ask:
    def answer(name: str, **parameters: str) -> golden.Report:
        params = {"as_of": golden.AS_OF.isoformat(), **parameters}
        content: golden.Report = http.get_json(f"{query}/v1/reports/{name}", list(params.items()))
        return content

    return answer
