"""The fenced commands of a page of documentation, as one script that says what each block ended with and printed.

```sh       commands; whatever they print is not compared
```console  `$ command` lines, each with what it prints below it; `…` stands for anything, also for several lines
```sql      statements for `psql`, as the role `analyst`
```text     no command: what a file holds, or what a command may print

An HTML comment above a block says what else a reader knows of it:

<!-- not run: REASON -->      it cannot run here
<!-- runs until stopped -->   each of its lines goes on for ever: here, for a moment
<!-- saved as: NAME -->       a file that the commands below it use
"""

import os
import re
import shlex
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGES: Final = (
    "README.md",
    *(
        f"docs/how-to/{name}.md"
        for name in (
            *("prove-a-report", "prove-history", "use-the-command-line", "who-may-read-the-archive", "ask-for-reports"),
            *("compare-two-days", "query-with-sql", "use-power-bi", "take-it-to-excel", "use-duckdb", "trace-an-event"),
            *(
                "first-command",
                "send-commands",
                "follow-what-changes",
                "four-eyes",
                "see-what-went-wrong",
                "import-strength-returns",
            ),
            *("give-access", "give-an-analyst-access", "register-a-producer", "rotate-a-key", "sign-events"),
            *("secure-kafka", "connect-an-identity-provider", "reconcile", "upgrade", "replay-history", "run-locally"),
        )
    ),
)
"""In the order in which they run, on one system: those that stop services come last, and the last one removes it."""
NOT_YET: Final = {
    **dict.fromkeys(("behind-a-proxy", "run-with-compose"), "needs a proxy or a container engine of one's own"),
    "use-pandas": "needs pandas; tests/integration/test_taking_away.py fetches its addresses",
}
"""Pages of docs/how-to whose commands are not run, and why."""
NOT_RUN_MAX: Final = 24
"""Blocks of the pages that may stand behind a reason."""
NEEDS_GO: Final = "needs Go; make tutorial runs it"
COMMANDS: Final = ("sh", "console", "sql")
_FENCE: Final = re.compile(
    r"(?:^ *<!-- (?:not run: (?P<reason>[^>]+)|saved as: (?P<file>\S+)|(?P<endless>runs until stopped)) -->\n+)?"
    r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.M | re.S,
)
_MOMENT_S: Final = 3
_STOPPED: Final = 124
"""The exit code of `timeout` when the time was up."""
_MARK: Final = "@@ block"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    kind: str
    text: str
    not_run: str | None = None
    """Why its commands do not run here."""
    file: str | None = None
    """The file that a reader saves it as."""
    is_endless: bool = False
    """Whether each of its lines runs until it is stopped."""

    @property
    def is_run(self) -> bool:
        """Whether its commands are run."""
        with_go = self.not_run == NEEDS_GO and "FORCEGEN_TEST_GO" in os.environ
        return self.file is not None or (self.kind in COMMANDS and (self.not_run is None or with_go))

    def commands(self) -> Iterator[tuple[str, str | None]]:
        """Each command with what it prints; None if that is not shown."""
        if self.file is not None:
            yield f"cat > {self.file} <<'END OF FILE'\n{self.text}END OF FILE", None
            return
        if self.kind == "sql":
            yield f"psql --quiet --set ON_ERROR_STOP=1 \"$ANALYST_URL\" <<'END OF SQL'\n{self.text}END OF SQL", None
            return
        if self.is_endless:
            for line in self.text.splitlines():
                yield f"timeout {_MOMENT_S} {line} || test $? = {_STOPPED}", None
            return
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
        Block(
            page,
            text[: one.start("text")].count("\n") + 1,
            one["kind"],
            textwrap.dedent(one["text"]),
            one["reason"],
            one["file"],
            one["endless"] is not None,
        )
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
