"""The whole system on this machine, as its users run it: up, commands in, answers out, services that die, down."""

import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from contracts.cloudevents import to_structured
from contracts.examples import EXAMPLES, enveloped
from deploy.local import process, services
from deploy.local.endpoints import Endpoints, read_endpoints
from deploy.local.services import StackError
from deploy.local.tokens import read_token
from operations.local_system import SYSTEM
from tests.deploy.slow_service import WHY
from tests.local import alive_in, forcegen

DECIDING = [service for service in SYSTEM.services if service.name in ("approvals", "vacancies", "deployments")]

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("system") / "forcegen"
    try:
        yield path
    finally:
        services.wipe(path, SYSTEM)


@pytest.fixture(scope="module")
def up(directory: Path) -> Endpoints:
    done = forcegen("up", directory)
    assert done.returncode == 0, done.stderr
    endpoints = read_endpoints(directory)
    assert endpoints is not None
    return endpoints


def commands(*names: str) -> list[dict[str, Any]]:
    """The published examples of these commands, as their senders would write them."""
    by_name = {type(example).__name__: example for example in EXAMPLES}
    return [json.loads(to_structured(enveloped(by_name[name]))) for name in names]


def answers(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """By command id: answers on different streams come in any order."""
    return {outcome["command_id"]: outcome for outcome in map(json.loads, done.stdout.splitlines())}


def lines(*those: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in those)


def test_every_service_is_up_and_says_where(up: Endpoints, directory: Path) -> None:
    assert set(up.urls) == {service.name for service in SYSTEM.services}
    for url in up.urls.values():
        assert httpx.get(f"{url}/healthz/progress", trust_env=False).status_code == 200
    result = forcegen("status", directory)
    assert result.returncode == 0, result.stdout
    assert "no" not in result.stdout.split()


def test_commands_are_answered_and_the_same_again_on_a_repeat(up: Endpoints, directory: Path) -> None:
    propose, approve = commands("ProposeMandate", "ApproveMandate")
    unknown = approve | {"id": "late-1", "subject": "mandate/none", "data": approve["data"] | {"mandate": "none"}}
    text = lines(propose, approve, unknown)
    first = forcegen("send", directory, "-", "--json", given=text)
    assert first.returncode == 0, first.stderr
    statuses = [answers(first)[one["id"]]["status"] for one in (propose, approve, unknown)]
    assert statuses == ["accepted", "accepted", "refused"]
    again = forcegen("send", directory, "-", "--json", "--mode", "structured", given=text)
    assert answers(again) == answers(first)


def test_a_script_finds_every_address_and_no_secret_unless_it_says_so(up: Endpoints, directory: Path) -> None:
    printed, token = forcegen("env", directory), str(read_token(directory))
    shell = 'eval "$1"; printf "%s " "$QUERY_URL" "$KAFKA_BOOTSTRAP" "$FORCEGEN_DIRECTORY"'
    evaluated = subprocess.run(["sh", "-c", shell, "-", printed.stdout], capture_output=True, text=True, check=True)
    assert evaluated.stdout.split() == [up.urls["query"], up.kafka_bootstrap, str(directory)]
    variables = json.loads(forcegen("env", directory, "--json").stdout)
    files = {name: value for name, value in variables.items() if value.startswith("/")}
    assert [name for name, file in files.items() if not Path(file).exists()] == []
    secrets = json.loads(forcegen("env", directory, "--secrets", "--json").stdout)
    header = dict([secrets.pop("BEARER").split(": ")])
    assert httpx.get(f"{variables['QUERY_URL']}/v1/reports", headers=header, trust_env=False).status_code == 200
    assert token in secrets.values()
    for secret in (token, secrets["KAFKA_PASSWORD"], secrets["ANALYST_URL"]):
        assert secret not in printed.stdout


def test_the_status_has_what_waits_and_how_new_the_newest_fact_is(up: Endpoints, directory: Path) -> None:
    state = json.loads(forcegen("status", directory, "--json").stdout)
    waits = {part["name"]: (part["dead_letters"], part["held"], part["pending"]) for part in state["parts"]}
    assert waits == {
        **dict.fromkeys(("Kafka", "Postgres", "query"), (None, None, None)),
        **dict.fromkeys(("approvals", "vacancies", "deployments"), (0, 0, 0)),
        **{"reporting": (0, 0, None), "audit": (0, None, None)},
    }
    assert state["newest"]["fact"] < state["newest"]["record"]
    chosen = forcegen("status", directory, "--columns", "name,dead_letters")
    assert (chosen.returncode, "newest" in chosen.stdout, "pid" in chosen.stdout) == (0, False, False)


def test_what_the_developer_sends_is_signed_and_two_officials_decide(up: Endpoints, directory: Path) -> None:
    """Given a register in force, then one official alone approves nothing, signed or not; and an import goes in."""
    propose, approve = commands("ProposeMandate", "ApproveMandate")
    for one in (propose, approve):
        one |= {"id": f"alone-{one['id']}", "subject": "mandate/alone", "actor": "desk-1"}
        one["data"] |= {"mandate": "alone"}
    unsigned = httpx.post(
        f"{up.urls['approvals']}/v1/commands", content=json.dumps(propose), trust_env=False,
        headers={"Authorization": f"Bearer {read_token(directory)}", "content-type": "application/cloudevents+json"},
    )  # fmt: skip
    assert unsigned.json()["status"] == "accepted", unsigned.text
    sent = answers(forcegen("send", directory, "-", "--json", given=lines(propose, approve)))
    assert sent[propose["id"]]["status"] == "accepted"
    assert (sent[approve["id"]]["status"], sent[approve["id"]]["rule"]) == ("refused", "four-eyes")
    stranger = propose | {"source": "urn:nobody", "time": "2024-03-12T09:30:00Z"}
    refused = forcegen("send", directory, "-", given=lines(stranger))
    assert (refused.returncode, "line 1: source:" in refused.stderr) == (1, True), refused.stderr
    columns = "date,contributor_iso3,contributor_as_published,mission,personnel_type,male,female,total"
    returns = f"{columns}\n2012-01-31,KAZ,Kazakhstan,UNIFIL,troops,,,1\n"
    imported = forcegen("import strength-returns", directory, "-", "--published-at", "2012-02-01", given=returns)
    assert imported.returncode == 0, imported.stdout + imported.stderr
    parameters = {"type": "forcegen.deployments.StrengthReturnRecorded", "authid": "developer"}
    deadline = time.monotonic() + 30
    while not (items := get(up.urls["audit"], "/v1/messages", directory, parameters)["items"]):
        assert time.monotonic() < deadline, "the archive did not take the event in"
        time.sleep(0.2)
    assert items[0]["authkey"], items


def get(service: str, path: str, directory: Path, parameters: dict[str, str]) -> Any:
    """What a service answers to the token of the system."""
    bearer = {"Authorization": f"Bearer {read_token(directory)}"}
    return httpx.get(f"{service}{path}", params=parameters, headers=bearer, trust_env=False).json()


def test_lines_that_cannot_be_read_are_reported_and_the_others_go_in(up: Endpoints, directory: Path) -> None:
    (mission,) = commands("RecordMission")
    untimed = {name: text for name, text in mission.items() if name != "time"}
    done = forcegen("send", directory, "-", given=lines(mission, untimed) + "no json\n")
    assert done.returncode == 1
    assert "line 2: time:" in done.stderr
    assert "line 3: line: Not JSON" in done.stderr
    assert "accepted" in done.stdout


def test_a_report_comes_from_the_events_that_were_sent(up: Endpoints, directory: Path) -> None:
    forcegen("send", directory, "-", given=lines(*commands("ProposeMandate", "ApproveMandate")))
    deadline = time.monotonic() + 20
    arguments = ("headroom", "--as-of", "2014-07-01", "--format", "json")
    while not (rows := json.loads(forcegen("report", directory, *arguments).stdout)["rows"]):
        assert time.monotonic() < deadline, "the views did not take the events in"
    assert {row["mandate"] for row in rows} == {"kz-2013"}


def test_an_analyst_queries_the_reports_at_the_address_that_is_printed(up: Endpoints, directory: Path) -> None:
    address = forcegen("sql", directory).stdout.strip()
    with psycopg.connect(address, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM strength_as_of('2014-07-01')").fetchone() is not None
        for out_of_reach in ("reporting.dead_letters", "approvals.events", "deployments.events", "audit.records"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(*out_of_reach.split("."))))


def test_all_places_agree_and_what_is_archived_can_be_taken_away(
    up: Endpoints, directory: Path, tmp_path: Path
) -> None:
    agreed = forcegen("audit reconcile", directory)
    assert (agreed.returncode, agreed.stdout.splitlines()[-1]) == (0, "All agree."), agreed.stdout + agreed.stderr
    out = tmp_path / "all.jsonl"
    taken = forcegen("audit replay", directory, "--to", "file", "--out", str(out))
    assert taken.returncode == 0, taken.stderr
    assert {"approvals.commands", "approvals.events"} <= {
        json.loads(line)["topic"] for line in out.read_text().splitlines()
    }
    dry = forcegen("audit replay", directory, "--to", "topic", "--dry-run")
    assert dry.returncode == 0, dry.stdout + dry.stderr
    refused = forcegen("audit replay", directory, "--to", "topic")
    assert "read from Kafka now: stop every service first" in refused.stderr


def test_secrets_are_kept_to_their_owner_and_out_of_command_lines_and_logs(up: Endpoints, directory: Path) -> None:
    kept = [directory / path for path in ("services/passwords.json", "services/kafka-passwords.json")]
    kept.append(directory / "kafka.passwords.json")
    passwords = [password for path in kept for password in json.loads(path.read_text()).values()]
    private = [*kept, *(directory / "services").glob("*.settings.json")]
    assert len(private) == len(kept) + len(SYSTEM.services)
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    texts = [" ".join(one.cmdline()) for one in alive_in(directory)]
    texts += [log.read_text(errors="replace") for log in (directory / "logs").iterdir()]
    texts.append((directory / "endpoints.json").read_text())
    assert not [text for text in texts for password in passwords if password in text]


def test_a_service_that_died_is_started_again_and_the_others_stay(up: Endpoints, directory: Path) -> None:
    before = {service.name: service.pid for service in services.status(directory, SYSTEM)}
    assert before["vacancies"] is not None
    os.kill(before["vacancies"], signal.SIGKILL)
    assert services.up(directory, SYSTEM) == up
    after = {service.name: service.pid for service in services.status(directory, SYSTEM)}
    assert {name for name in before if before[name] != after[name]} == {"vacancies"}


def test_a_service_that_ends_is_started_again_by_itself_and_status_says_so(up: Endpoints, directory: Path) -> None:
    before = {service.name: service for service in services.status(directory, SYSTEM)}["deployments"]
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while (
        after := {service.name: service for service in services.status(directory, SYSTEM)}["deployments"]
    ).pid == before.pid or (not after.ready):
        assert time.monotonic() < deadline, after
        time.sleep(0.2)
    assert (after.restarts.times, after.port) == (before.restarts.times + 1, before.port)
    assert "was started again at" in " ".join(forcegen("status", directory).stdout.split())


def test_a_service_that_is_slow_is_reported_with_its_reason_and_stays_up_with_all_others(
    up: Endpoints, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "START_SECONDS_MAX", 5)
    slow = services.Service("slow", "tests.deploy.slow_service", "approvals", 8091, uses_kafka=False)
    progress_lines: list[str] = []
    with_it = SYSTEM.only(*SYSTEM.services, slow)
    services.up(directory, with_it, progress=progress_lines.append)
    assert any(WHY in line for line in progress_lines)
    by_name = {service.name: service for service in services.status(directory, with_it)}
    assert (by_name["slow"].running, by_name["slow"].ready) == (True, False)
    assert all(service.ready for name, service in by_name.items() if name != "slow")
    services.down(directory, SYSTEM.only(slow), servers=False)
    monkeypatch.undo()
    assert services.up(directory, SYSTEM) == up


def test_a_service_that_cannot_start_is_reported_with_its_last_words(up: Endpoints, directory: Path) -> None:
    broken = services.Service("kitchen", "services.no_such_service", "approvals", 8090, uses_kafka=False)
    with pytest.raises(StackError, match=r"No module named services\.no_such_service"):
        services.up(directory, SYSTEM.only(*SYSTEM.services, broken))
    assert services.up(directory, SYSTEM) == up
    assert len(services.status(directory, SYSTEM)) == len(
        [service for service in services.status(directory, SYSTEM) if service.ready]
    )


def test_down_leaves_nothing_and_up_finds_the_data_again(up: Endpoints, directory: Path) -> None:
    assert forcegen("down", directory).returncode == 0
    assert alive_in(directory) == []
    assert read_endpoints(directory) is None
    result = forcegen("send", directory, "-", given="")
    assert (result.returncode, result.stderr.startswith("forcegen: Nothing is up in")) == (1, True)
    services.up(directory, SYSTEM.only(*DECIDING))
    (propose,) = commands("ProposeMandate")
    done = forcegen("send", directory, "-", "--json", given=lines(propose))
    assert json.loads(done.stdout)["events"][0]["position"] == 1
    assert forcegen("down", directory, "--wipe").returncode == 0
    assert (alive_in(directory), directory.exists()) == ([], False)
