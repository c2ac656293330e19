"""Each benchmark runs on a handful of messages, so that a change which breaks one is seen before somebody measures."""

from types import ModuleType
from typing import Final

import pytest

from benchmarks import (
    archiving,
    codec,
    deciding,
    following,
    ledgers,
    long_lines,
    options,
    paced,
    pages,
    projecting,
    rebuilding,
    register,
    relaying,
    replaying,
    reports,
    scoping,
    signed,
    verifying,
)
from benchmarks.__main__ import BENCHMARKS
from tests.servers import Servers

# What makes each small: its own figures.
HANDFUL: Final[dict[str, dict[tuple[ModuleType, str], object]]] = {
    "catching_up": {(options, "USUAL"): (3_000, 4_000)},
    "relaying": {(relaying, "EVENTS"): 4_000},
    "archiving": {(archiving, "RECORDS"): 6_000},
    "long_lines": {
        (long_lines, "SHORT"): 20,
        (long_lines, "LONG"): 60,
        (long_lines, "TURNS"): 2,
        (long_lines, "TOURS"): 2,
    },
    "rebuilding": {(rebuilding, "EVENTS"): 3_000, (rebuilding, "BEFORE_S"): 1.0},
    "ledgers": {(ledgers, "COMMANDS"): 600},
    "paced": {(paced, "PACES"): (20,), (paced, "LASTS_S"): 1.5, (paced, "IDLE_S"): 0.5, (paced, "CALM_S"): 2.0},
    "codec": {(codec, "TIMES"): 5},
    "deciding": {(deciding, "COMMANDS"): 30},
    "signed": {(signed, "COMMANDS"): 30},
    "projecting": {(projecting, "TOURS"): 40},
    "verifying": {(verifying, "RECORDS"): 2_500, (verifying, "LARGE"): 10_000, (verifying, "PROOFS"): 3},
    "replaying": {(replaying, "RECORDS"): 4_000, (replaying, "MARKS"): 5},
    "reports": {(reports, "SIZES"): (300, 600), (reports, "REPEATS"): 2, (register, "TOURS_PER_YEAR"): 200},
    "pages": {
        (pages, "TOURS"): 300,
        (pages, "REPEATS"): 2,
        (pages, "WARMING"): 1,
        (pages, "CHANGES"): 1,
        (register, "TOURS_PER_YEAR"): 200,
    },
    "scoping": {(scoping, "TOURS"): 300, (scoping, "REPEATS"): 2, (register, "TOURS_PER_YEAR"): 200},
    "following": {(following, "READERS"): 4, (following, "SILENT"): 1, (following, "CHANGES"): 2},
}
WHOLE_SYSTEM = {"importing", "end_to_end"}
"""They wait for six processes and do nothing else of their own: tests/e2e and tests/faults send the same that way."""


def test_every_benchmark_has_a_short_run() -> None:
    assert HANDFUL.keys() == BENCHMARKS.keys() - WHOLE_SYSTEM


@pytest.mark.parametrize("name", HANDFUL)
def test_a_benchmark_measures_what_it_names(name: str, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    for (module, figure), value in HANDFUL[name].items():
        monkeypatch.setattr(module, figure, value)
    lines = BENCHMARKS[name](servers)
    assert lines
    assert all(line.cells() and line.seconds > 0 for line in lines), lines
