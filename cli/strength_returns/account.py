"""Summary of the rows of a file: counts, and the line of every row that needs attention."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from rich.console import Console

from cli.commands.send.ndjson import BadLine, CommandLine
from cli.output.errors import DONE, FAILED
from cli.output.options import print_json
from cli.output.tables import number, prose, table
from cli.strength_returns.anomalies import LINES_MAX, Group, ranges
from contracts.outcome import CommandDecided

KEPT_MAX: Final = 1_000
"""How many answers other than accepted are kept for display; further ones are only counted."""


class Account:
    """Counts answers, and keeps a bounded number. `position` is the end of the service's log before the first row."""

    def __init__(
        self, notices: Console, advanced: Callable[[int, str], None], *, waited: bool, as_json: bool = False
    ) -> None:
        self.position = 0
        self.sent_count = 0
        self.bad_count = 0
        self.counts: Counter[str] = Counter()
        self._notices = notices
        self._advanced = advanced
        self._waited = waited
        self._as_json = as_json
        self._lines: dict[str, int] = {}
        self._kept: list[tuple[int, CommandDecided]] = []
        self._began = time.monotonic()

    def bad(self, line: BadLine) -> None:
        """Show a bad line at once, so that no list of them is kept in memory."""
        self.bad_count += 1
        self._notices.print(str(line), soft_wrap=True)
        self._advanced(line.size, self._so_far())

    def sent(self, line: CommandLine) -> None:
        self.sent_count += 1
        if self._waited:
            self._lines[line.envelope.id] = line.number
        self._advanced(line.size, self._so_far())

    def decided(self, outcome: CommandDecided) -> None:
        """Count an answer. A row was recorded now or by an earlier import: its event's position tells which."""
        line = self._lines.pop(outcome.command_id, 0)
        if outcome.status == "accepted":
            now = any(event.position > self.position for event in outcome.events)
            self.counts["recorded" if now else "repeated"] += 1
        else:
            self.counts[outcome.status] += 1
            if len(self._kept) < KEPT_MAX:
                self._kept.append((line, outcome))
        self._advanced(0, self._so_far())

    @property
    def exit_code(self) -> int:
        """The exit code: whether every row is on record, or something is left to do."""
        return FAILED if self.bad_count or set(self.counts) - {"recorded", "repeated"} else DONE

    def show(self, noticed: list[Group]) -> None:
        """Show the counts, the rows that were not recorded and why, and the anomalies; nothing if nothing was read."""
        if self._as_json:
            print_json(self._document(noticed))
            return
        if not (self.sent_count or self.bad_count):
            return
        self._show_counts()
        self._show_kept()
        if not noticed:
            return
        shown = table("noticed", number("rows"), prose("what"), prose("lines"))
        for group in noticed:
            more = f" and {group.count - LINES_MAX:,} more" if group.count > LINES_MAX else ""
            shown.row(group.kind, f"{group.count:,}", group.what, ", ".join(ranges(group.lines)) + more)
        shown.show()

    def _document(self, noticed: list[Group]) -> dict[str, object]:
        """What `--json` prints: counts by status, the rows that were not recorded, the anomalies."""
        refused = [
            {
                "line": line,
                "status": one.status,
                "stream": one.command_stream,
                "reason": one.reason,
                "remedy": one.remedy,
            }
            for line, one in self._kept
        ]
        odd = [{"kind": group.kind, "rows": group.count, "what": group.what, "lines": group.lines} for group in noticed]
        counts = {"sent": self.sent_count, "unreadable": self.bad_count, **self.counts}
        return {"rows": counts, "not_recorded": refused, "noticed": odd}

    def _show_counts(self) -> None:
        counts = table("strength_returns", number("rows"))
        counts.row("sent", f"{self.sent_count:,}")
        names = ("recorded", "repeated") if self._waited else ()
        for name in (*names, *sorted(set(self.counts) - set(names))):
            counts.row(name, f"{self.counts[name]:,}")
        counts.row("unreadable", f"{self.bad_count:,}")
        counts.show()

    def _show_kept(self) -> None:
        if not self._kept:
            return
        shown = table(number("line"), "status", "stream", prose("reason"), prose("remedy"))
        for line, one in self._kept:
            remedy = one.remedy
            if one.status == "conflict":
                remedy = "The row as first sent stands. Is this a later publication? Name its instant: --published-at."
            shown.row(line, one.status, one.command_stream, one.reason, remedy)
        shown.show()
        hidden = self.counts.total() - self.counts["recorded"] - self.counts["repeated"] - len(self._kept)
        if hidden:
            self._notices.print(f"{hidden:,} more are not shown.")

    def _so_far(self) -> str:
        answered = self.counts.total()
        rate = (answered if self._waited else self.sent_count) / max(time.monotonic() - self._began, 0.001)
        answers = f", {answered:,} answered" if self._waited else ""
        return f"{self.sent_count:,} rows sent{answers}, {rate:,.0f} rows/s"
