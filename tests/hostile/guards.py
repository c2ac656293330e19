"""Each guard is taken out of a copy of the source, one at a time, and the short search must find that it is gone.

`make hostile-guards` (ARGS="--only gap-check" for some). A guard is named by the text that makes it; that this text
stands in the source exactly once is held by `tests/hostile/test_guards.py`, and docs/reliability.md has the results.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.hostile.forked import OUTPUT, TOO_SLOW

ROOT = Path(__file__).parents[2]
KAFKA = "tests/hostile/test_over_kafka.py"
HTTP = "tests/hostile/test_over_http.py"
CORPUS = "tests/hostile/test_corpus.py"
LEFT_OUT = (".venv", ".git", ".forcegen", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__", "docs/pictures")
PATIENCE_S: Final = 900
FAILED: Final = re.compile(r"^(?:FAILED|ERROR) [\w/]*?(\w+\.py.*?)(?: - .*)?$", re.MULTILINE)
"""A line of pytest's summary: the test, without its folder."""


@dataclass(frozen=True)
class Edit:
    """A piece of a file, which stands there once, and what stands in its place when the guard is out."""

    file: str
    text: str
    without: str


@dataclass(frozen=True)
class Guard:
    """A check in the source, how it is taken out, and which short search sees that it is gone."""

    name: str
    keeps: str
    """What it is there for."""
    edits: tuple[Edit, ...]
    search: str = KAFKA


READER, CONSUMER, DOOR = (
    "kernel/messaging/partition_reader.py",
    "kernel/messaging/consumer.py",
    "contracts/admission.py",
)
LENGTH = Edit(DOOR, "if (length := len(text.encode())) > ATTRIBUTE_BYTES_MAX:", "if (length := 0):")
DAYS = Edit(
    "contracts/forms.py",
    "if not isinstance(value, date) or FIRST_DAY <= value <= LAST_DAY or info.context is RECORDED:",
    "if True:",
)
COUNTS = Edit(
    "contracts/forms.py",
    "if not isinstance(number, int) or number <= INTEGER_MAX or info.context is RECORDED:",
    "if True:",
)

GUARDS: Final[tuple[Guard, ...]] = (
    Guard(
        "no gap passes",
        "a record that the client library lost is read, and not passed over (shown with a reader that takes little)",
        (
            Edit(READER, "            if record.offset > expected:\n", "            if False:\n"),
            Edit(READER, "            self.lost_its_place()  # with what it had taken from other partitions\n", ""),
            Edit(
                READER,
                "per_partition = max(1, self._settings.batch_records_max // max(1, len(self.positions)))",
                "per_partition = 1",
            ),
        ),
    ),
    Guard(
        "second reading",
        "what the client library cannot decode is read by our own reader",
        (Edit(READER, "            return await self._read_raw(fault)\n", "            raise\n"),),
    ),
    Guard(
        "trailing gaps",
        "offsets without a record at the end of a partition are passed over, so that lag is 0 behind a transaction",
        (Edit(READER, "        await self._look_at_idle({(tp.topic, tp.partition) for tp in polled}, batch)\n", ""),),
    ),
    Guard(
        "one record's fault",
        "a batch that fails because of its data is split (shown with a door that lets such data through)",
        (
            COUNTS,
            LENGTH,
            Edit(
                CONSUMER, "splits=lambda fault: not isinstance(fault, (Fenced, Stopping)),", "splits=lambda _: False,"
            ),
        ),
    ),
    Guard(
        "length of attributes",
        "an attribute is no longer than indices, keys and headers behind the door hold",
        (LENGTH,),
    ),
    Guard(
        "characters of attributes",
        "CloudEvents' String: what is joined by line breaks holds none",
        (Edit(DOOR, "    if (character := unfit(text)) is not None:\n", "    if (character := None) is not None:\n"),),
    ),
    Guard("edges of the calendar", "a day is one that Postgres, the driver and the views can reckon with", (DAYS,)),
    Guard("bound of integers", "a number fits its column", (COUNTS,)),
    Guard(
        "range of instants",
        "an effective time is one that can be stored and published",
        (
            Edit(
                DOOR,
                "    if envelope.time is not None and not is_instant_in_range(envelope.time):\n",
                "    if False:\n",
            ),
        ),
    ),
    Guard(
        "identity means an answer",
        "whoever can be known by id and source is answered",
        (
            Edit(
                "kernel/decide/record_decoder.py",
                "        command = unreadable(fault)\n",
                "        command = None\n",
            ),
        ),
    ),
    Guard(
        "strict JSON",
        "data means one thing only: no member twice, nothing nested too deeply to be written again",
        (
            Edit(
                "kernel/decide/decode.py",
                "return DecodedCommand(envelope, body if isinstance(body, Invalid) else invalid, digest(envelope))",
                "return DecodedCommand(envelope, body, digest(envelope))",
            ),
        ),
    ),
    Guard(
        "dead letters are cut",
        "a dead letter can be published whatever its record was",
        (
            Edit("kernel/model/dead_letters.py", "raw[:DEAD_KEY_BYTES_MAX]", "raw"),
            Edit(
                "kernel/messaging/outbox.py",
                "    whole = _letter(row, key, own)\n    if record_bytes(whole) <= RECORD_BYTES_MAX:\n",
                "    whole = _letter(row, key, own)\n    if True:\n",
            ),
        ),
    ),
    Guard(
        "batches unpack within bounds",
        "a few kilobytes that unpack to a hundred megabytes do not fill the memory",
        (Edit(READER, "        bounded_codecs.install()\n", ""),),
    ),
    Guard(
        "committed records only",
        "a command of an aborted transaction is never decided",
        (Edit(READER, 'isolation_level="read_committed"', 'isolation_level="read_uncommitted"'),),
    ),
    Guard(
        "search goes on",
        "a record that cannot be looked into stops the search of none behind it",
        (
            Edit(
                "services/audit/search/indexer.py",
                "    return plain if len(raw) <= TERM_BYTES_MAX else",
                "    return plain if True else",
            ),
            Edit(
                "services/audit/search/indexer.py",
                "splits=lambda fault: isinstance(fault, OF_THE_DATA))",
                "splits=lambda _: False)",
            ),
        ),
    ),
    Guard(
        "header names as bytes",
        "a header's name that is no UTF-8 is archived as it is",
        (
            Edit(
                "kernel/messaging/raw_batches.py",
                '(name or b"").decode(errors="surrogateescape")',
                '(name or b"").decode(errors="replace")',
            ),
        ),
    ),
    Guard(
        "too many commands",
        "more commands than can ever wait are refused for good, without Retry-After",
        (
            Edit(
                "kernel/http/command_routes.py",
                "        if len(commands) > self._waiting.maxsize:\n",
                "        if False:\n",
            ),
        ),
        HTTP,
    ),
    Guard(
        "whole tiles only",
        "nothing partial is served under a name that is kept for ever",
        (
            Edit(
                "services/audit/archive/static_files.py",
                '    if end > size or (tile_path.entries and [row["leaf"] for row in rows] != [*range(first, end)]):\n',
                '    rows = await connection.fetch(sql()["entries" if tile_path.entries else "leaves"], first, end)\n'
                "    if False:\n",
            ),
        ),
        HTTP,
    ),
    Guard(
        "verifier's sizes",
        "the auditor's reader takes a size in one spelling only, as the service's does",
        (
            Edit(
                "services/audit/verify/verifier/checkpoints.py",
                'if not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):',
                "if not lines[1].isdigit():",
            ),
        ),
        CORPUS,
    ),
)


def main(guards: tuple[Guard, ...] = GUARDS) -> int:
    """Try every guard, or those that are named; 0 where each was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", help="names of guards")
    arguments = parser.parse_args()
    chosen = [guard for guard in guards if not arguments.only or guard.name in arguments.only]
    unseen = 0
    with tempfile.TemporaryDirectory(prefix="forcegen-guard-") as place:
        copy = Path(place) / "forcegen"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        command = [sys.executable, str(copy / "tests/hostile/forked.py"), str(PATIENCE_S)]
        with subprocess.Popen(command, cwd=copy, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forks:
            for guard in chosen:
                started = time.monotonic()
                is_seen, why = tried(guard, copy, forks)
                unseen += not is_seen
                result = f"{guard.name:32} {'found' if is_seen else 'NOT FOUND'} in {time.monotonic() - started:.0f} s"
                print(f"{result}: {why}", flush=True)  # noqa: T201
    print(f"{len(chosen) - unseen} of {len(chosen)} found", flush=True)  # noqa: T201
    return 1 if unseen else 0


def tried(guard: Guard, copy: Path, forks: subprocess.Popen[str]) -> tuple[bool, str]:
    """Whether the search fails without the guard, on which test and on what; the copy is as it was afterwards."""
    whole = {path: path.read_text() for edit in guard.edits if (path := copy / edit.file)}
    try:
        for edit in guard.edits:
            path = copy / edit.file
            path.write_text(taken_out(edit, path.read_text()))
        return _searched(guard.search, copy, forks)
    finally:
        for path, text in whole.items():
            path.write_text(text)


def _searched(search: str, copy: Path, forks: subprocess.Popen[str]) -> tuple[bool, str]:
    assert forks.stdin is not None
    assert forks.stdout is not None
    forks.stdin.write(f"{search}\n")
    forks.stdin.flush()
    code = int(forks.stdout.readline())
    if code == TOO_SLOW:
        return True, f"the search did not end within {PATIENCE_S} s"
    printed = (copy / OUTPUT).read_text()
    lines = [line for line in printed.splitlines() if line.startswith("E  ")]
    why = lines[0][3:203].strip() if lines else printed[-200:]
    test = FAILED.search(printed)
    return code == 1, f"{test[1]}: {why}" if test else why


def taken_out(edit: Edit, source: str) -> str:
    """The source without the guard.

    Raises:
        ValueError: the text does not stand there exactly once.
    """
    if source.count(edit.text) != 1:
        raise ValueError(f"{edit.file} has {source.count(edit.text)} times: {edit.text.strip()}")
    return source.replace(edit.text, edit.without)


if __name__ == "__main__":
    sys.exit(main())
