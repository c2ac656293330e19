"""The published page of benchmarks is what its JSON says, and a broken bound is seen wherever it is shown."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from benchmarks import __main__ as program
from benchmarks import peers
from benchmarks.measure import MEMORY_MB_MAX, Bound, Measured, Reference, with_memory_bound
from benchmarks.publish import BROKEN, PAGE, PLOT, SOURCE, page, plot
from benchmarks.results import BenchmarkRun, read
from benchmarks.usage import Usage

KEPT: Final = Bound("share of the ceiling", 0.7, 0.7)
LINE: Final = Measured(
    *("relay | all", 1_000, 2.0, "in order"), ceiling=Reference("producer", 1_000.0), bounds=(KEPT,), unjudged="no peer"
)
USAGE: Final = Usage(2.0, {"vacancies": 1.0}, {"vacancies": 111_000_000}, others_cores=0.0, stolen=0.0)


def run_of(*lines: Measured) -> BenchmarkRun:
    return BenchmarkRun("2026-01-01", "abc", "2 cores", lines)


def test_the_page_and_its_picture_are_what_the_json_says() -> None:
    run = read(SOURCE)
    assert PAGE.read_text() == page(run), "make it again: python -m benchmarks.publish"
    assert PLOT.read_text() == plot(run), "make it again: python -m benchmarks.publish"


def test_a_remark_stands_on_the_page() -> None:
    assert "\nA first run.\n" in page(replace(run_of(LINE), remark="A first run."))


def test_a_line_has_its_rate_its_shares_its_note_and_its_cost() -> None:
    text = page(run_of(replace(LINE, usage=USAGE)))
    assert "| relay \\| all | 1,000 | 2.00 | 500 | 0.500 of 1,000 (producer) |  | in order; no peer |" in text
    assert "| relay \\| all | share of the ceiling | 0.70 | ≥ 0.7 | kept |" in text
    assert "| relay \\| all | vacancies 0.50 | vacancies 111 MB | 0.00 | 0.0% |  |" in text


@pytest.mark.parametrize(
    ("bound", "is_broken"),
    [
        (KEPT, False),
        (replace(KEPT, value=0.69), True),
        (Bound("seconds", 10.0, 10.0, is_least=False), False),
        (Bound("seconds", 10.1, 10.0, is_least=False), True),
        (Bound("share of nothing", float("nan"), 0.7), True),
    ],
)
def test_a_broken_bound_is_red_in_the_table_and_named_on_the_page(bound: Bound, is_broken: bool) -> None:
    line = replace(LINE, bounds=(bound,))
    assert ("[red]" in line.cells()[-1]) is is_broken
    assert (BROKEN in page(run_of(line))) is is_broken


@pytest.mark.parametrize(("value", "code"), [(0.7, None), (0.69, 1)])
def test_the_exit_code_of_a_run_says_whether_a_bound_is_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: float, code: int | None
) -> None:
    file = tmp_path / "run.json"
    line = replace(LINE, bounds=(replace(KEPT, value=value),))
    monkeypatch.setattr(program, "_measured", lambda *_: [line])
    monkeypatch.setattr("sys.argv", ["benchmarks", "relaying", "--json", str(file)])
    if code is None:
        program.main()
    else:
        with pytest.raises(SystemExit) as ended:
            program.main()
        assert ended.value.code == code
    assert read(file).lines == [line], "a run with a broken bound is written, too"


@pytest.mark.parametrize(("mb", "is_broken"), [(MEMORY_MB_MAX, False), (MEMORY_MB_MAX + 1, True)])
def test_the_memory_of_every_process_is_bounded(mb: int, is_broken: bool) -> None:
    usage = replace(USAGE, memory_peak_bytes={"audit": 1, "vacancies": mb * 1_000_000})
    assert with_memory_bound(replace(LINE, usage=usage)).bounds[-1].is_broken is is_broken
    assert with_memory_bound(LINE) == LINE


@pytest.mark.parametrize("load", [replace(USAGE, others_cores=0.5), replace(USAGE, stolen=0.2)])
def test_figures_of_a_machine_that_others_used_are_marked(load: Usage) -> None:
    assert "not to be quoted" in page(run_of(replace(LINE, usage=load)))
    assert "not to be quoted" not in page(run_of(replace(LINE, usage=USAGE)))


def test_without_peers_a_rate_says_why_it_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(peers.FOLDER, str(tmp_path / "none"))
    peers._measured.cache_clear()
    with pytest.raises(peers.NoPeer, match="no folder of peers"):
        peers.rate("debezium_jdbc_sink.cold")
    peers._measured.cache_clear()
