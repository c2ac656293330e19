"""A report's number follows from the log: taken with a receipt from a running system, made again from an export."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.demo import run
from cli.main import app
from deploy.local.endpoints import Endpoints
from kernel.identity.tokens import line_of
from kernel.runtime.settings import Settings
from services.audit.settings import AuditSettings
from services.audit.tlog.keys import signer
from services.reporting.reports import receipts
from tests.stories import AS_OF
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
REQUESTS = [
    ("strength", {"as_of": AS_OF.isoformat()}),
    ("ceiling-held", {"as_of": "2024-12-31"}),
    ("who-is-where", {"as_of": AS_OF.isoformat(), "limit": "3"}),
    ("timeline", {"as_of": "2022-12-31", "since": "2013-01-01"}),
    ("lead-times", {"level": "tour"}),
]


@dataclass(frozen=True)
class Log:
    """The log taken away as files, and its key as the operator gave it."""

    place: Path
    key: str
    scratch: str

    def verify(self, answer: Any, *options: str, place: Path | None = None) -> tuple[int, str]:
        """The exit code of `forcegen verify`, and what it says."""
        file = self.place.parent / "receipt.json"
        file.write_text(json.dumps(answer), encoding="utf-8")
        command = ["verify", str(file), "--key", self.key, "--from", str(place or self.place), *options]
        result = CliRunner().invoke(app, command if "--scratch" in options else [*command, "--scratch", self.scratch])
        return result.exit_code, result.output


@pytest.fixture(scope="module")
def answers(system: RunningSystem) -> dict[str, dict[str, Any]]:
    """Reports with their receipts, by the report's name."""
    addresses = Endpoints(system.servers.kafka, {name: system.url(name) for name in ("query", "approvals")})
    run.send_story(addresses, Settings(kafka_bootstrap=addresses.kafka_bootstrap), lambda _: None)
    return {name: report(system, name, receipt="true", **params) for name, params in REQUESTS}


@pytest.fixture(scope="module")
def log(system: RunningSystem, answers: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Taken away after the receipts."""
    place = tmp_path_factory.mktemp("taken") / "log"
    assert CliRunner().invoke(app, ["audit", "export", str(place), "--from", system.url("audit")]).exit_code == 0
    key = str(signer(AuditSettings(directory=system.logs / "audit")).verifier)
    return Log(place, key, system.servers.database(system.database))


def report(system: RunningSystem, name: str, **params: str) -> dict[str, Any]:
    answer = system.http.get(f"{system.url('query')}/v1/reports/{name}", params=params, timeout=30)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("name", [name for name, _ in REQUESTS])
def test_a_report_is_made_again_from_the_log_alone(log: Log, answers: dict[str, Any], name: str) -> None:
    code, output = log.verify(answers[name])
    assert (code, "the same to the byte" in output) == (0, True), output
    (said,) = [line for line in output.splitlines() if line.startswith("The events that it rests on were said: ")]
    assert "by nobody whom a service verified" in said and " by tests" in said
    assert answers[name]["rows"]


def test_the_receipt_alone_is_enough_and_so_is_a_postgres_that_is_started_for_it(
    log: Log, answers: dict[str, Any]
) -> None:
    file = log.place.parent / "alone.json"
    file.write_text(json.dumps(answers["strength"]["receipt"]), encoding="utf-8")
    result = CliRunner().invoke(app, ["verify", str(file), "--key", log.key, "--from", str(log.place)])
    assert (result.exit_code, "the same to the byte" in result.output) == (0, True), result.output


def test_what_is_known_later_does_not_change_an_earlier_answer(
    system: RunningSystem, log: Log, answers: dict[str, Any]
) -> None:
    """Given a receipt of today, when more is recorded, then the old answer still follows from the longer log."""
    instant = max(row["recorded"] for row in answers["timeline"]["rows"])
    answer = report(system, "strength", as_of="2022-06-30", as_known_at=instant, receipt="true")
    code, said = log.verify(answer)
    assert code == 0, said


def test_an_answer_for_one_state_is_made_again_under_the_same_policies(system: RunningSystem, log: Log) -> None:
    """Given tokens for a State with people abroad and for one without, then each answer follows from the log."""
    tokens = system.logs / "tokens"
    lines = [line_of(f"of-{state}", f"fg_of-{state}", ["reader"], [state], None) for state in ("KAZ", "BOL")]
    tokens.write_text("\n".join([tokens.read_text().strip(), *map(str, lines)]) + "\n")
    counted, path = {}, f"{system.url('query')}/v1/reports/strength"
    for state in ("KAZ", "BOL"):
        headers = {"Authorization": f"Bearer fg_of-{state}"}
        params = {"as_of": AS_OF.isoformat(), "receipt": "true"}
        answer = system.http.get(path, params=params, headers=headers, timeout=30)
        body = answer.json()
        assert (answer.status_code, body["receipt"]["contributors"]) == (200, [state]), answer.text
        code, output = log.verify(body)
        assert code == 0, output
        counted[state] = body["totals"]["people"]
        del body["receipt"]["contributors"]
        assert log.verify(body)[0] == (0 if state == "KAZ" else 1), "of every State, the answer is another one"
    assert (counted["KAZ"] > 0, counted["BOL"]) == (True, 0)


def changed(change: Callable[[dict[str, Any]], None], answer: dict[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(answer))
    change(copy)
    return copy


def a_number(answer: dict[str, Any]) -> None:
    answer["rows"][0]["people"] += 1


def a_number_and_its_digest(answer: dict[str, Any]) -> None:
    """As a forger would."""
    answer["rows"][0]["people"] += 1
    answer["receipt"]["digest"] = receipts.digest(answer)


def the_day(answer: dict[str, Any]) -> None:
    answer["receipt"]["parameters"]["as_of"] = "2016-01-01"


def the_positions(answer: dict[str, Any]) -> None:
    for place in answer["receipt"]["positions"]:
        place["next_offset"] = 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (a_number, "somebody changed the file"),
        (a_number_and_its_digest, "a row that does not follow from the log"),
        (the_day, "what follows from the log is another"),
        (the_positions, "a row that does not follow from the log"),
    ],
)
def test_an_answer_that_does_not_follow_from_the_log_is_named(
    log: Log, answers: dict[str, Any], change: Callable[[dict[str, Any]], None], named: str
) -> None:
    code, output = log.verify(changed(change, answers["strength"]))
    assert (code, named in output) == (1, True), output


def test_a_receipt_of_another_key_proves_nothing(log: Log, answers: dict[str, Any], tmp_path: Path) -> None:
    other = str(signer(AuditSettings(directory=tmp_path / "other")).verifier)
    code, output = Log(log.place, other, log.scratch).verify(answers["strength"])
    assert (code, "none of the keys that you know signed it" in output) == (1, True), output


def test_a_log_that_was_cut_off_after_the_receipt_is_named(
    system: RunningSystem, log: Log, answers: dict[str, Any], tmp_path: Path
) -> None:
    """A checkpoint older than the receipt's: a database that went back to a backup."""
    notes = json.loads((log.place / "checkpoints/0").read_bytes())
    for file in log.place.rglob("*"):
        if file.is_file():
            copy = tmp_path / "cut" / file.relative_to(log.place)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    shorter = next(note for note in notes if int(note.split("\n")[1]) > 0)
    (tmp_path / "cut/checkpoint").write_text(shorter, encoding="utf-8")
    (tmp_path / "cut/checkpoints/0").write_text(json.dumps([shorter]), encoding="utf-8")
    code, output = log.verify(answers["strength"], place=tmp_path / "cut")
    assert (code, "cut off: the checkpoint that you kept" in output) == (1, True), output


@pytest.mark.parametrize("answer", [{}, {"receipt": {"format": "forcegen.receipt/1"}}, [], "x", {"receipt": None}])
def test_what_is_no_receipt_is_said_so(log: Log, answer: Any) -> None:
    code, said = log.verify(answer)
    assert (code, "holds no receipt" in said) == (2, True), said


def test_a_receipt_comes_with_json_alone(system: RunningSystem) -> None:
    answer = system.http.get(f"{system.url('query')}/v1/reports/strength", params={"receipt": "true", "format": "csv"})
    assert (answer.status_code, answer.json()["field"]) == (400, "receipt")


def test_the_command_line_requests_it(system: RunningSystem, answers: dict[str, Any]) -> None:
    arguments = ["report", "strength", "--as-of", AS_OF.isoformat(), "--receipt", "--query-url", system.url("query")]
    answer = json.loads(CliRunner().invoke(app, arguments).output)
    assert answer["receipt"]["digest"] == answers["strength"]["receipt"]["digest"]
