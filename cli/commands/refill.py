"""`forcegen audit replay --to topic`: compares topics with the archive, then appends lost records at their offsets."""

import asyncio
from collections.abc import Sequence
from typing import Final

import typer

from cli.output.errors import WRONG_USAGE, CommandError
from cli.output.progress import records
from cli.output.terminal import notices, number, results, row, table
from operations.refill_topics import PartitionRefill, RefillRequest, refill_topics

DRY: Final = "Nothing was written: this is the difference that it would make."


def refill(request: RefillRequest) -> None:
    """Compare, show the plan, and append the records unless this is a dry run."""
    missing = asyncio.run(refill_topics(request, _Shown(), records))
    if request.dry_run:
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
    """Shows the plan as a table, before anything is written."""

    def left_out(self, topics: Sequence[str]) -> None:
        notices().print(f"Left out, since commands are orders to act: {', '.join(topics)}. Name them with --topic.")

    def planned(self, plan: Sequence[PartitionRefill]) -> None:
        shown = table(
            "partition", *map(number, ("there", "missing", "marks", "gone from the front")), "refused because"
        )
        for part in plan:
            cells = (f"{part.present:,}", f"{part.missing:,}", f"{part.fillers:,}", f"{part.gone:,}")
            row(shown, ("/".join(map(str, part.target)), *cells, part.refused))
        results().print(shown)
        if gone := sum(part.gone for part in plan):
            deleted = f"{gone:,} records were deleted by Kafka at the front, and it only appends"
            notices().print(f"{deleted}: to have them again, delete the topic and refill it whole.")
