"""`forcegen audit replay --to topic`: compares topics with the archive, then appends lost records at their offsets."""

import asyncio
from collections.abc import Sequence
from typing import Final

import typer

from cli.output.errors import WRONG_USAGE, CommandError
from cli.output.options import print_json
from cli.output.progress import records
from cli.output.tables import number, prose, table
from cli.output.terminal import notices
from operations.refill_topics import PartitionRefill, RefillRequest, refill_topics

DRY: Final = "Nothing was written: this is the difference that it would make."


def refill(request: RefillRequest, *, as_json: bool) -> None:
    """Compare, show the plan, and append the records unless this is a dry run."""
    shown = _Shown(as_json=as_json)
    missing = asyncio.run(refill_topics(request, shown, records))
    if as_json:
        written = 0 if request.dry_run else missing
        print_json({"partitions": shown.plan, "written": written, "dry_run": request.dry_run})
    elif request.dry_run:
        typer.echo(DRY)
    elif missing:
        typer.echo(f"{missing:,} records were written, each at the offset that it had.")


def other_names(pairs: Sequence[str]) -> dict[str, str]:
    """The other name of each topic, from `--as TOPIC=OTHER`.

    Raises:
        CommandError: a pair does not name two topics.
    """
    names = {}
    for pair in pairs:
        topic, _, other = pair.partition("=")
        if not (topic and other):
            message = f"--as {pair!r} names no two topics: write e.g. approvals.events=test.approvals.events."
            raise CommandError(message, WRONG_USAGE)
        names[topic] = other
    return names


class _Shown:
    """Shows the plan as a table, before anything is written; as JSON it is kept for the document at the end."""

    def __init__(self, *, as_json: bool) -> None:
        self.plan: list[dict[str, object]] = []
        self._as_json = as_json

    def left_out(self, topics: Sequence[str]) -> None:
        notices().print(f"Left out, since commands are orders to act: {', '.join(topics)}. Name them with --topic.")

    def planned(self, plan: Sequence[PartitionRefill]) -> None:
        if self._as_json:
            self.plan = list(map(_fields, plan))
            return
        shown = table(
            "partition", *map(number, ("there", "missing", "marks", "gone_from_the_front")), prose("refused_because")
        )
        for part in plan:
            cells = (f"{part.present:,}", f"{part.missing:,}", f"{part.fillers:,}", f"{part.gone:,}")
            shown.row("/".join(map(str, part.target)), *cells, part.refused)
        shown.show()
        if gone := sum(part.gone for part in plan):
            deleted = f"{gone:,} records were deleted by Kafka at the front, and it only appends"
            notices().print(f"{deleted}: to have them again, delete the topic and refill it whole.")


def _fields(part: PartitionRefill) -> dict[str, object]:
    topic, number = part.target
    return {
        **{"topic": topic, "partition": number, "there": part.present, "missing": part.missing},
        **{"marks": part.fillers, "gone_from_the_front": part.gone, "refused_because": part.refused},
    }
