"""`forcegen demo`: a house is started, told a story that happened, asked about it, and taken down again."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from aiokafka.errors import KafkaError

from cli import ask
from cli.complaint import LATE, Complaint
from cli.demo import golden, pages
from cli.demo.foreign_client import ROOMS, ForeignClient, NoAnswer, Offsets
from cli.demo.rehearsal import HouseInMemory
from cli.demo.telling import Answered, Refused, ask_refusals, tell
from cli.terminal import news, telling
from deploy.local import rooms

USUAL: Final = Path(".forcegen-demo")
CAUGHT_UP_WITHIN_S: Final = 60.0
ASKED_AGAIN_AFTER_S: Final = 0.2

Place = Annotated[Path, typer.Option("--directory", "-d", help="Where the demo keeps its data.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave everything running, to look at it.")]
Told = tuple[Sequence[Answered], Sequence[Refused], Offsets]


def demo(directory: Place = USUAL, *, keep: Keep = False) -> None:
    """Tell Kazakhstan's years in UN peacekeeping, 2013-2024, to a house of its own, and show its reports.

    Kafka, Postgres and every room are started on this machine; the story's commands go in through Kafka as another
    system would send them; the reports are checked against the public record. Run again, it gives the same answers.

    \b
    Examples:
      forcegen demo
      forcegen demo --keep
    \b
    Exit codes: 0 every number is that of the public record; 1 one is not, or something failed; 3 no answer in time.
    """
    keep = keep or any(room.running for room in rooms.status(directory))
    with telling("demo") as tell_news:
        try:
            house = rooms.up(directory, progress=tell_news)
            wrong = _run(house, tell_news)
            if keep:
                pages.whereabouts(pages.console(), house.kafka_bootstrap, house.urls)
        finally:
            if not keep:
                rooms.down(directory, progress=tell_news)
    _farewell(directory, keep=keep)
    if wrong:
        raise Complaint(f"The demo does not agree with the public record: {'; '.join(wrong)}.")


def _run(house: rooms.House, tell_news: Callable[[str], None]) -> Sequence[str]:
    """The story, the refusals and the reports; what is wrong with them, in words."""
    try:
        chapters, refused, ends = asyncio.run(_told(house.kafka_bootstrap, tell_news))
    except (NoAnswer, KafkaError) as fault:
        told = str(fault) or type(fault).__name__
        raise Complaint(f"{told}. See the logs beside the data, and run the demo again.", LATE) from fault
    query = house.urls[rooms.QUERY]
    tell_news("waiting until the reports have caught up")
    _wait_until_caught_up(query, ends)
    found = golden.asked(_asking(query))
    checks = golden.checks(found)
    out = pages.console()
    pages.told(out, chapters)
    pages.refused(out, refused)
    pages.reports(out, found)
    pages.checked(out, checks)
    return [
        *(line for chapter in chapters for line in chapter.not_accepted),
        *(f"{one.example.asked} was {one.status} by {one.rule}" for one in refused if not one.is_right),
        *(f"{one.what} is {one.stated}, reported {one.reported}" for one in checks if not one.holds),
    ]


async def _told(bootstrap: str, tell_news: Callable[[str], None]) -> Told:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL + 1)
    in_memory = HouseInMemory()
    async with ForeignClient(bootstrap) as client:
        chapters = await tell(client, in_memory, tell_news)
        tell_news("asking what the rules refuse")
        refused = await ask_refusals(client, in_memory)
        return chapters, refused, await client.ends(f"{room}.events" for room in ROOMS)


def _wait_until_caught_up(query: str, ends: Offsets) -> None:
    """Until the views hold every event that was published before; bounded."""
    until = time.monotonic() + CAUGHT_UP_WITHIN_S
    while missing := _missing(ask.get_json(f"{query}/v1/position"), ends):
        if time.monotonic() > until:
            raise Complaint(f"The reports are {missing} events behind after {CAUGHT_UP_WITHIN_S:g} s.", LATE)
        time.sleep(ASKED_AGAIN_AFTER_S)


def _missing(position: Mapping[str, Any], ends: Offsets) -> int:
    at = {(row["topic"], row["partition"]): row["next_offset"] for row in position["consumed"]}
    return sum(max(0, end - at.get(place, 0)) for place, end in ends.items())


def _asking(query: str) -> golden.Ask:
    def answer(name: str, **parameters: str) -> golden.Report:
        asked = {"as_of": golden.AS_OF.isoformat(), **parameters}
        found: golden.Report = ask.get_json(f"{query}/v1/reports/{name}", list(asked.items()))
        return found

    return answer


def _farewell(directory: Path, *, keep: bool) -> None:
    told = (
        f"everything is left running; `forcegen down --directory {directory}` stops it"
        if keep
        else f"nothing is left running; the data is in {directory}, and `forcegen demo --keep` leaves it up to look at"
    )
    news().print(told, soft_wrap=True)
