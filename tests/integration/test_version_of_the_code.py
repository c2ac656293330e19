"""A receipt names the version of the code that made its answer: no file that decides an answer is left out of it."""

from pathlib import Path

from services.reporting.reports.receipts import NOT_OF_THE_CODE, sources

ROOT = Path(__file__).parents[2]


def test_every_source_of_the_views_and_answers_is_in_the_version_wherever_it_stands() -> None:
    there = {
        path.relative_to(ROOT)
        for folder in ("contracts", "kernel/sql", "services/reporting")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".sql", ".json") and NOT_OF_THE_CODE.isdisjoint(path.relative_to(ROOT).parts)
    }

    assert {
        Path(name.replace("services.reporting", "services/reporting").replace("kernel.sql", "kernel/sql"))
        for name in sources()
    } == there
    assert {Path("services/reporting/queries/position.sql"), Path("contracts/words.py")} < there


def test_what_only_shows_answers_is_no_part_of_the_version() -> None:
    assert not [name for name in sources() if "/pages/" in name or "/published/" in name]
