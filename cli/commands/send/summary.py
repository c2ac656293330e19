"""Summary of the lines of a file: counts by status, and each line that needs action."""

from collections import Counter
from collections.abc import Callable
from typing import Final

import typer
from rich.console import Console

from cli.commands.send.ndjson import BadLine, CommandLine
from cli.output.errors import DONE, FAILED
from cli.output.tables import number, prose, table
from contracts.outcome import CommandDecided

KEPT_MAX: Final = 5_000
"""How many answers are kept for display; further ones are only counted, and `--json` prints them all."""


class SendSummary:
    """Counts answers, and keeps a bounded number of them."""

    def __init__(self, notices: Console, *, as_json: bool, advanced: Callable[[int, str], None]) -> None:
        self._notices = notices
        self._as_json = as_json
        self._advanced = advanced
        self._kept: list[CommandDecided] = []
        self.statuses: Counter[str] = Counter()
        self.sent_count = 0
        self.bad_count = 0

    def bad(self, line: BadLine) -> None:
        """Show a bad line at once, so that no list of them is kept in memory."""
        self.bad_count += 1
        self._notices.print(str(line), soft_wrap=True)
        self._advanced(line.size, self._so_far())

    def sent(self, line: CommandLine) -> None:
        self.sent_count += 1
        self._advanced(line.size, self._so_far())

    def decided(self, outcome: CommandDecided) -> None:
        self.statuses[outcome.status] += 1
        if self._as_json:
            typer.echo(outcome.model_dump_json())
        elif outcome.status != "accepted" and len(self._kept) < KEPT_MAX:
            self._kept.append(outcome)
        self._advanced(0, self._so_far())

    @property
    def exit_code(self) -> int:
        """Refused and pending count as answers; a line that cannot be decided is for its sender to correct."""
        return FAILED if self.bad_count or self.statuses["invalid"] or self.statuses["conflict"] else DONE

    def show(self, *, waited: bool) -> None:
        """Show the counts, and every answer other than accepted. As JSON, only the outcomes are on stdout."""
        nothing_came = not (self.sent_count or self.bad_count)
        if (self._as_json and waited) or nothing_came:
            return
        counts = table("status", number("commands"))
        counts.row("sent", f"{self.sent_count:,}")
        for status, count in self.statuses.most_common():
            counts.row(status, f"{count:,}")
        if self.bad_count:
            counts.row("not sent (bad lines)", f"{self.bad_count:,}")
        counts.show()
        if self._kept:
            self._show_kept()

    def _show_kept(self) -> None:
        shown = table("status", "command", "stream", "rule", prose("reason"), prose("remedy"))
        for one in self._kept:
            reason = "\n".join(one.details) if len(one.details) > 1 else one.reason
            waits = f"Waits for {one.waits_for}." if one.waits_for else None
            name = f"{one.command_type.rpartition('.')[2]} {one.command_id}"
            shown.row(one.status, name, one.command_stream, one.rule, reason or waits, one.remedy)
        shown.show()
        hidden = self.statuses.total() - self.statuses["accepted"] - len(self._kept)
        if hidden:
            self._notices.print(f"{hidden:,} more are not shown: `--json` prints them all.")

    def _so_far(self) -> str:
        return f"{self.sent_count:,} sent, {self.statuses.total():,} answered"
