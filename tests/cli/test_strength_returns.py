"""`forcegen import strength-returns` up to Kafka: which publication a file is, what is reported of it, how it ends."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from cli.output.terminal import notices
from cli.strength_returns import account, importing
from cli.strength_returns.account import Account
from contracts.outcome import CommandDecided, EventRef
from tests import returns
from tests.cli.test_send_and_wait import Kafka, Record

ROWS = returns.rows(2, 3)
TYPE = "forcegen.deployments.RecordStrengthReturn"


def decided(command_id: str, status: str = "accepted", position: int = 1) -> CommandDecided:
    fields: dict[str, Any] = {"reason": "used before", "remedy": "a new id"} if status == "conflict" else {}
    event = EventRef(id=uuid4(), type="t", stream="contributor/XAA", version=1, position=position)
    return CommandDecided.model_validate(
        {
            **{"command_id": command_id, "command_source": "urn:strength-returns:import"},
            **{"command_type": TYPE, "command_stream": "contributor/XAA", "status": status, **fields},
            "events": (event,) if status == "accepted" else (),
        }
    )


def outcome(decided: CommandDecided) -> Record:
    attributes = {"specversion": "1.0", "id": "o", "source": "urn:forcegen:deployments", "type": "forcegen.outcomes.X"}
    headers = tuple((f"ce_{name}", text.encode()) for name, text in attributes.items())
    return Record(b"s", decided.model_dump_json().encode(), headers)


class _Producer:
    def __init__(self, kafka: Kafka) -> None:
        self.send, self.flush = kafka.send, kafka.flush

    async def partitions_for(self, topic: str) -> set[int]:
        return {0}


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    """Accepts every row, each at the next position; 10 events were there before."""
    positions = iter(range(11, 1_000_000))
    made = Kafka(answer=lambda name: [outcome(decided(name, position=next(positions)))])

    @asynccontextmanager
    async def clients(bootstrap: str, *, wait: bool) -> AsyncIterator[Any]:
        yield _Producer(made), made if wait else None

    async def log_end(bootstrap: str, topic: str, partitions: set[int]) -> int:
        return 10

    monkeypatch.setattr(importing, "clients", clients)
    monkeypatch.setattr(importing, "log_end", log_end)
    return made


def run(*arguments: str | Path) -> Result:
    said = ["import", "strength-returns", *map(str, arguments), "--bootstrap", "k:1"]
    return CliRunner().invoke(app, said)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        (tmp_path / "returns.csv").write_bytes(content)
        return tmp_path / "returns.csv"

    return write


def sent(kafka: Kafka) -> list[dict[str, Any]]:
    return [orjson.loads(value) for _, _, value, _ in kafka.sent]


def cells(result: Result) -> dict[str, str]:
    """The first two columns of what is shown."""
    rows = [line.replace("┃", "│").split("│") for line in result.stdout.splitlines() if "│" in line]
    return {row[1].strip(): row[2].strip() for row in rows}


def test_its_help_has_examples_and_exit_codes() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "forcegen import strength-returns 2014.csv" in result.stdout
    assert "Exit codes:" in result.stdout


def test_every_row_goes_to_the_deployments_service_and_is_counted(kafka: Kafka, write: Callable[[bytes], Path]) -> None:
    result = run(write(returns.file(ROWS)))
    assert (result.exit_code, result.stderr) == (0, "")
    assert {(topic, key[:12]) for topic, key, _, _ in kafka.sent} == {("deployments.commands", b"contributor/")}
    assert len(kafka.sent) == len(ROWS)
    counts = cells(result)
    assert (counts["sent"], counts["recorded"], counts["repeated"], counts["unreadable"]) == ("84", "84", "0", "0")


def test_rows_that_were_on_record_before_are_counted_as_repeated(kafka: Kafka, write: Callable[[bytes], Path]) -> None:
    positions = iter([3, 9, 10, 11, 12])
    kafka.answer = lambda name: [outcome(decided(name, position=next(positions)))]
    counts = cells(run(write(returns.file(ROWS[:5]))))
    assert (counts["sent"], counts["recorded"], counts["repeated"]) == ("5", "2", "3")


def test_unless_named_a_file_is_published_on_the_day_after_its_newest_date(
    kafka: Kafka, write: Callable[[bytes], Path]
) -> None:
    assert run(write(returns.file([*ROWS, "2099-12-31,unreadable"]))).exit_code == 1
    assert {row["published_at"] for row in sent(kafka)} == {"2012-04-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ("2015-06-01", "2015-06-01T00:00:00Z"),
        ("2015-06-01T12:30:00Z", "2015-06-01T12:30:00Z"),
        ("2015-06-01T12:30:00+06:00", "2015-06-01T06:30:00Z"),
    ],
)
def test_a_publication_is_named_by_its_day_or_instant(
    kafka: Kafka, write: Callable[[bytes], Path], given: str, at: str
) -> None:
    assert run(write(returns.file(ROWS[:1])), "--published-at", given, "--source", "A/1").exit_code == 0
    assert [(row["published_at"], row["source"]) for row in sent(kafka)] == [(at, "A/1")]


@pytest.mark.parametrize("given", ["", "yesterday", "20150601", "2015-06-31", "2015-06-01T12:30:00", "2015-W01-1"])
def test_another_instant_is_a_wrong_command_line(write: Callable[[bytes], Path], given: str) -> None:
    result = run(write(returns.file(ROWS)), f"--published-at={given}")
    assert result.exit_code == 2
    assert "--published-at" in result.stderr


@pytest.mark.parametrize("source", ["", "x" * 201])
def test_a_source_that_cannot_be_cited_is_a_wrong_command_line(write: Callable[[bytes], Path], source: str) -> None:
    assert run(write(returns.file(ROWS)), "--source", source).exit_code == 2


def test_a_file_that_ends_with_the_calendar_needs_its_instant_named(write: Callable[[bytes], Path]) -> None:
    result = run(write(returns.file([ROWS[0].replace(ROWS[0][:10], "2199-12-31")])))
    assert result.exit_code == 1
    assert "--published-at" in result.stderr


def test_a_file_that_is_not_there_is_named() -> None:
    result = run("nowhere.csv")
    assert result.exit_code == 1
    assert "nowhere.csv cannot be read (No such file or directory)" in result.stderr


def test_unreadable_rows_are_named_and_the_others_go_in(kafka: Kafka, write: Callable[[bytes], Path]) -> None:
    result = run(write(returns.file([*ROWS[:2], ROWS[2].replace("XAA", "xaa"), *ROWS[3:5]])))
    assert result.exit_code == 1
    assert result.stderr.startswith("line 4: contributor_iso3: 'xaa' does not fit. Write the State's ISO 3166-1")
    assert (len(kafka.sent), cells(result)["unreadable"]) == (4, "1")


def test_a_file_without_the_header_is_refused_and_nothing_goes_in(kafka: Kafka, write: Callable[[bytes], Path]) -> None:
    result = run(write("\n".join(ROWS).encode()))
    assert (result.exit_code, kafka.sent) == (1, [])
    assert result.stderr.startswith("line 1: header: ")


def test_an_empty_file_is_no_fault(kafka: Kafka, write: Callable[[bytes], Path]) -> None:
    assert run(write(b"")).exit_code == 0
    assert kafka.sent == []


def test_what_is_noticed_is_sent_as_it_stands_and_listed_with_its_lines(
    kafka: Kafka, write: Callable[[bytes], Path]
) -> None:
    result = run(write(returns.file(returns.odd(ROWS))))
    assert result.exit_code == 0
    assert len(kafka.sent) == len(ROWS) + 5
    lines = {line.split("│")[1].strip(): line for line in result.stdout.splitlines() if "│" in line}
    assert "male + female is not total" in lines["does_not_add_up"]
    assert lines["odd_month_end"].split("│")[4].strip() == "30-57"
    assert "first in line 2" in lines["duplicate"]
    assert "XAA is 'State 0, Republic of' here and 'State 0' in line 2" in result.stdout


def test_a_conflict_is_reported_with_its_line_and_what_to_do(kafka: Kafka, write: Callable[[bytes], Path]) -> None:
    statuses = iter(["accepted", "conflict"])
    kafka.answer = lambda name: [outcome(decided(name, next(statuses), position=11))]
    result = run(write(returns.file(ROWS[:2])))
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if "used before" in line]
    assert line.split("│")[1].strip() == "3"
    assert "--published-at" in line


def test_a_pipe_is_read_once_so_its_publication_is_named(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    read = _Pipe(returns.file(ROWS))
    monkeypatch.setattr(importing, "opened", lambda *_: nullcontext(read))
    result = run("-")
    assert result.exit_code == 1
    assert "--published-at" in result.stderr
    assert run("-", "--published-at", "2015-06-01").exit_code == 0
    assert len(kafka.sent) == len(ROWS)


class _Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_without_waiting_rows_are_only_counted_as_sent(kafka: Kafka, write: Callable[[bytes], Path]) -> None:
    result = run(write(returns.file(ROWS)), "--no-wait")
    assert result.exit_code == 0
    assert "recorded" not in result.stdout
    assert cells(result)["sent"] == "84"


def test_when_no_answer_comes_what_is_known_is_shown_and_a_repeat_advised(
    kafka: Kafka, write: Callable[[bytes], Path]
) -> None:
    kafka.answer = lambda _: []
    result = run(write(returns.file(ROWS[:3])), "--timeout", "0.3")
    assert result.exit_code == 3
    assert cells(result)["sent"] == "3"
    assert "repeats are harmless" in result.stderr


def test_answers_that_are_kept_are_bounded_and_all_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "KEPT_MAX", 3)
    one = Account(notices(), lambda *_: None, waited=True)
    for number in range(10):
        one.decided(decided(f"c-{number}", "conflict"))
    one.show([])
    assert (one.counts["conflict"], one.exit_code) == (10, 1)


def test_kafka_that_fails_on_the_way_is_reported(
    kafka: Kafka, write: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(bootstrap: str, topic: str, partitions: set[int]) -> int:
        await asyncio.sleep(0)
        raise TimeoutError("no record")

    monkeypatch.setattr(importing, "log_end", never)
    result = run(write(returns.file(ROWS)))
    assert result.exit_code == 1
    assert "Import the file again: repeats are harmless" in result.stderr
