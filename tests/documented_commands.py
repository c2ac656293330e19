"""The fenced commands of a page of documentation, as one script that says what each block ended with and printed.

```sh       commands; whatever they print is not compared
```console  `$ command` lines, each with what it prints below it; `…` stands for anything, also for several lines
```text     no command: what a file holds, or what a command may print

A block that cannot run here has an HTML comment above it: `<!-- not run: REASON -->`.
"""

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGES: Final = (
    "README.md",
    "docs/how-to/prove-a-report.md",
    "docs/how-to/prove-history.md",
    "docs/how-to/use-the-command-line.md",
    "docs/how-to/who-may-read-the-archive.md",
)
NOT_YET: Final = {
    **dict.fromkeys(
        ("behind-a-proxy", "connect-an-identity-provider", "run-with-compose", "secure-kafka", "upgrade"),
        "needs a proxy, a provider, containers or a cluster of one's own",
    ),
    **dict.fromkeys(
        ("take-it-to-excel", "use-duckdb", "use-pandas", "use-power-bi"),
        "followed in a program that no test installs; tests/integration/test_taking_away.py fetches its addresses",
    ),
    **dict.fromkeys(("replay-history", "reconcile", "rotate-a-key"), "stops services, or changes what the others read"),
    **dict.fromkeys(
        (
            *("ask-for-reports", "follow-what-changes", "four-eyes", "give-access", "give-an-analyst-access"),
            *("import-strength-returns", "query-with-sql", "register-a-producer", "run-locally", "see-what-went-wrong"),
            *("compare-two-days", "send-commands", "sign-events", "trace-an-event"),
        ),
        "its addresses and values are still written for the usual ports and for files of one's own",
    ),
}
"""Pages of docs/how-to whose commands are not run yet, and why."""
NOT_RUN_MAX: Final = 6
"""Blocks of those pages that may stand behind a reason."""
COMMANDS: Final = ("sh", "console")
_FENCE: Final = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^>]+) -->\n+)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.M | re.S
)
_MARK: Final = "@@ block"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    kind: str
    text: str
    not_run: str | None
    """Why its commands do not run here."""

    @property
    def is_run(self) -> bool:
        """Whether its commands are run."""
        return self.kind in COMMANDS and self.not_run is None

    def commands(self) -> Iterator[tuple[str, str | None]]:
        """Each command with what it prints; None if that is not shown."""
        if self.kind == "sh":
            yield self.text, None
            return
        parts = re.split(r"^\$ ", self.text, flags=re.M)[1:]
        for part in parts:
            command, _, printed = part.partition("\n")
            yield command, printed


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text[: one.start("text")].count("\n") + 1, one["kind"], one["text"], one["reason"])
        for one in _FENCE.finditer(text)
    ]


def run(page: Path, place: Path, environment: Mapping[str, str]) -> list[str]:
    """Run the commands of a page in one shell, in a directory; returns what differs from the page."""
    wanted = [(block, *one) for block in blocks(page) if block.is_run for one in block.commands()]
    script = "set -eu -o pipefail\n" + "".join(
        f"echo {shlex.quote(f'{_MARK} {number}')}\n{command}\n" for number, (_, command, _) in enumerate(wanted)
    )
    done = subprocess.run(
        ["bash", "-c", script], cwd=place, env=dict(environment), capture_output=True, text=True, check=False
    )
    printed = dict(_printed(done.stdout))
    faults = [
        f"{block.page}:{block.line}: {command.strip()}\nprinted\n{printed[number]}instead of\n{shown}"
        for number, (block, command, shown) in enumerate(wanted)
        if number in printed and shown is not None and not _agrees(shown, printed[number])
    ]
    if done.returncode:
        block, command, _ = wanted[max(printed)]
        faults.append(f"{block.page}:{block.line}: {command.strip()}\nended with {done.returncode}\n{done.stderr}")
    return faults


def _printed(output: str) -> Iterator[tuple[int, str]]:
    for part in output.split(f"{_MARK} ")[1:]:
        number, _, text = part.partition("\n")
        yield int(number), text


def _agrees(shown: str, printed: str) -> bool:
    """Whether the output is as shown: blanks at line ends do not count, and `…` stands for anything."""
    pattern = ".*".join(re.escape(piece) for piece in _plain(shown).split("…"))
    return re.fullmatch(pattern, _plain(printed), re.DOTALL) is not None


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
