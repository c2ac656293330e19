"""The demo without servers: the foreign client's records and waiting, the checks, and how a run ends."""

import ast
import json
import stat
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.connect import brokers
from cli.demo import command, foreign_client, golden, producers, run
from cli.demo.doors import Doors
from cli.demo.foreign_client import ForeignClient, NoAnswer
from cli.demo.refusals import examples
from cli.demo.sending import Answered, Refused, envelopes
from cli.demo.story import chapters
from cli.main import app
from cli.output.errors import CommandError
from contracts.approvals import ApproveMandate, ProposeMandate
from contracts.raw_events import raw_from_kafka
from contracts.verifiability import verify
from deploy.local import services
from deploy.local.endpoints import Endpoints
from kernel.runtime.settings import Settings
from operations.local_producers import registered
from operations.rehearsal import InMemorySystem

COMMAND = {
    "specversion": "1.0",
    "id": "c-1",
    "source": "urn:kz:mod",
    "type": "forcegen.vacancies.RegisterCandidate",
    "subject": "candidate/p-1",
    "datacontenttype": "application/json",
    "data": {"person": "p-1"},
}
ADDRESS = ("vacancies", "urn:kz:mod", "c-1")


def test_the_foreign_client_imports_nothing_of_this_system() -> None:
    tree = ast.parse(Path(foreign_client.__file__).read_text())
    modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    modules |= {alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names}
    assert {str(name).partition(".")[0] for name in modules} == {"aiokafka", "collections", "json", "time", "typing"}


class Kafka:
    """A broker of a few lines: what was sent, and the answers that come, poll by poll."""

    def __init__(self, *answers: tuple[int, Mapping[str, Any]]) -> None:
        self.sent: list[tuple[str, Mapping[str, Any]]] = []
        self._answers = list(answers)

    async def send(self, topic: str, **record: Any) -> Any:
        self.sent.append((topic, record))

        async def delivered() -> None: ...

        return delivered()

    async def getmany(self, *, timeout_ms: int) -> Mapping[str, Any]:
        if not self._answers:
            return {}
        offset, outcome = self._answers.pop(0)
        record = SimpleNamespace(topic="vacancies.outcomes", offset=offset, value=json.dumps(outcome).encode())
        return {"partition": [record]}


def client(kafka: Kafka, ended_at: int = 0) -> ForeignClient:
    made = ForeignClient.__new__(ForeignClient)
    vars(made).update(_producer=kafka, _consumer=kafka, _ends={"partition": ended_at}, _answers={}, _fresh=set())
    return made


def answer(status: str) -> Mapping[str, Any]:
    return {"command_source": "urn:kz:mod", "command_id": "c-1", "status": status}


async def test_a_command_is_a_cloud_event_in_the_binary_mode() -> None:
    kafka = Kafka()
    await client(kafka).send([COMMAND])
    ((topic, record),) = kafka.sent
    headers = dict(record["headers"])
    assert (topic, record["key"]) == ("vacancies.commands", b"candidate/p-1")
    assert json.loads(record["value"]) == {"person": "p-1"}
    assert headers["content-type"] == b"application/json"
    assert {"ce_id", "ce_source", "ce_type", "ce_subject", "ce_specversion"} < set(headers)
    assert "ce_data" not in headers


async def test_a_pending_answer_is_waited_out() -> None:
    one = client(Kafka((0, answer("pending")), (1, answer("accepted"))))
    await one.wait_for([ADDRESS], [], silence_s=5)
    assert one.answer(ADDRESS)["status"] == "accepted"
    assert not one.is_repeat(ADDRESS)


async def test_an_answer_of_an_earlier_run_is_not_taken_for_the_new_one() -> None:
    one = client(Kafka((0, answer("accepted")), (1, answer("accepted"))), ended_at=1)
    await one.wait_for([], [ADDRESS], silence_s=5)
    assert not one.is_repeat(ADDRESS)
    await one.wait_for([ADDRESS], [], silence_s=5)
    assert one.is_repeat(ADDRESS)


async def test_silence_is_reported_with_what_is_missing() -> None:
    with pytest.raises(NoAnswer, match=r"1 commands have no answer, e\.g\. c-1 to vacancies"):
        await client(Kafka()).wait_for([ADDRESS], [], silence_s=0)


async def test_each_office_signs_what_it_sends_and_the_register_knows_its_key(tmp_path: Path) -> None:
    """Given what the demo makes in its directory, then every service knows every office, and again later."""
    made = producers.made(tmp_path)
    signers, again = producers.signers(made), producers.signers(producers.made(tmp_path))
    assert {source: key.public for source, key in again.keys.items()} == {
        source: key.public for source, key in signers.keys.items()
    }
    assert again.register == signers.register
    assert stat.S_IMODE((tmp_path / "producers").stat().st_mode) == 0o700
    steps = [step.envelope() for chapter in chapters() for wave in chapter.waves for step in wave]
    firsts = list({step.source: step for step in steps}.values())
    kafka = Kafka()
    await Doors(client(kafka), keys=signers.keys).send(firsts)
    assert len(kafka.sent) == len(firsts) == len(signers.keys) - 1
    for _, record in kafka.sent:
        raw = raw_from_kafka(record["value"], record["headers"])
        owner = made.register.owner(str(raw.attributes["source"]))
        assert owner is not None
        assert verify(raw.attributes, raw.data, owner.keys_at(datetime.now(UTC))).dropped == ()


def test_each_office_may_send_what_it_sends_and_two_offices_decide(tmp_path: Path) -> None:
    """Given the register of the demo, then the rules accept the whole story, and no mandate of one office alone."""
    system = InMemorySystem(producers.made(tmp_path).register)
    for wave in (wave for chapter in chapters() for wave in chapter.waves):
        for address in system.ask(envelopes(wave, system)):
            answer = system.answer(address)
            assert answer.status == "accepted", (address, answer)
    steps = [step for chapter in chapters() for step in chapter.waves[0]]
    proposed, approved = (next(s for s in steps if isinstance(s.command, w)) for w in (ProposeMandate, ApproveMandate))
    alone = InMemorySystem(producers.made(tmp_path).register)
    (address,) = alone.ask([proposed.envelope()])
    assert alone.answer(address).status == "accepted"
    (address,) = alone.ask([replace(approved.envelope(), source=proposed.sender)])
    assert alone.answer(address).rule == "permit"  # the office that proposes may not approve at all


def ceiling(line: str, most: int, mission: str | None = None, qualifier: str = "max") -> dict[str, Any]:
    counts = {"ceiling": most, "present": 0, "headroom_now": most, "headroom_with_planned": most}
    return {"line": line, "mission": mission, "missions": ["MINURSO"], "qualifier": qualifier, **counts}


def reports() -> golden.Reports:
    there = [("MINURSO", "military_observer", "major", 6), ("UNIFIL", "infantry", None, 9)]
    sub_ceilings = [ceiling("kz-2013/observers", 5, m) for m in ("MINURSO", "MINUSTAH", "UNMIL", "UNOCI")]
    unused = [("kz-2013", "MINUSTAH"), ("kz-2013", "UNMIL")]
    unused += [("kz-2018", mission) for mission in ("UNTSO", "UNFICYP", "UNMOGIP")]
    wait = {"what": "consent", "id": "kz-2018/officers/t-1/un_structure", "waits_for": "un_structure"}
    wait |= {"on_whom": "the UN", "since": "2022-06-20", "days": "10"}

    def served(people: int) -> golden.Report:
        return {"rows": [{"mission": "UNIFIL", "people": people, "tours": 1}], "totals": {"people": people, "tours": 1}}

    return golden.Reports(
        strength={
            "rows": [{"mission": m, "category": c, "rank": r, "people": n} for m, c, r, n in there],
            "totals": {"people": 15},
        },
        officers=served(45),
        units=served(520),
        headroom={
            "rows": [
                ceiling("kz-2013/observers", 20),
                *sub_ceilings,
                ceiling("kz-2018/officers", 40),
                ceiling("kz-2018/company", 120),
                ceiling("kz-2022/contingent", 430, qualifier="about"),
            ]
        },
        unused={"rows": [{"mandate": m, "mission": n, "approved_since": "2013-12-20"} for m, n in unused]},
        waiting={"rows": [wait]},
        waited={"rows": []},
    )


def demo_result(**changed: Any) -> run.DemoResult:
    refused = [Refused(example, example.rule, "Too many.", "Wait.") for example in examples()]
    return run.DemoResult([Answered("2013-2014", 3, 1, 2)], refused, replace(reports(), **changed))


def test_the_pages_fit_a_hundred_columns_and_name_sources_and_reconstruction(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run.show(demo_result())
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines() if "http" not in line) <= 100
    assert "reconstruction" in out
    assert "about 430" in out
    assert "https://en.inform.kz/" in out
    assert "\x1b[" not in out


def test_a_number_that_is_not_the_records_is_named_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    one_less = {"rows": [], "totals": {"people": 44, "tours": 44}}
    with pytest.raises(CommandError, match="Officers since 2014 is 45, reported 44"):
        run.show(demo_result(officers=one_less))
    assert "NO" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "downs"), [([], 1), (["--keep"], 0)])
def test_everything_is_taken_down_unless_it_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], downs: int
) -> None:
    stopped = prepared_system(monkeypatch, demo_result())
    result = CliRunner().invoke(app, ["demo", "--directory", str(tmp_path), *arguments])
    assert (result.exit_code, len(stopped)) == (0, downs)
    assert ("http://query/docs" in result.stdout) == (not downs)
    assert "open http://query/?as_of=2022-06-30, and click\n15 people" in result.stderr
    assert ("`forcegen demo --keep`, sign in" in result.stderr) == bool(downs)


@pytest.mark.parametrize(("arguments", "times"), [([], 0), (["--story"], 1)])
def test_up_sends_the_story_when_it_is_to_and_says_where_to_look(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], times: int
) -> None:
    prepared_system(monkeypatch, demo_result())
    sendings: list[Endpoints] = []
    monkeypatch.setattr(run, "send_story", lambda system, brokers, news, signers: sendings.append(system))
    monkeypatch.setattr("operations.local_keys.keys_in_force", registered)
    result = CliRunner().invoke(app, ["up", "--directory", str(tmp_path), *arguments])
    assert (result.exit_code, len(sendings)) == (0, times)
    assert "http://query/" in result.stdout
    assert "k:1" in result.stdout


def test_a_failed_demo_is_taken_down_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stopped = prepared_system(monkeypatch, demo_result(units={"rows": [], "totals": {"people": 0, "tours": 0}}))
    result = CliRunner().invoke(app, ["demo", "--directory", str(tmp_path)])
    assert (result.exit_code, len(stopped)) == (1, 1)
    assert "People of units through UNIFIL since 2018 is 520, reported 0" in result.stderr


def prepared_system(monkeypatch: pytest.MonkeyPatch, shown: run.DemoResult) -> list[Path]:
    """A system that is not there; which directories were stopped."""
    monkeypatch.setattr(brokers, "kafka", lambda *_: Settings())
    stopped: list[Path] = []
    monkeypatch.setattr(services, "status", lambda directory, system: ())
    monkeypatch.setattr(services, "up", lambda directory, system, progress: Endpoints("k:1", {"query": "http://query"}))
    monkeypatch.setattr(services, "down", lambda directory, system, progress: stopped.append(directory))
    monkeypatch.setattr(run, "gather", lambda system, brokers, news, signers: shown)
    monkeypatch.setattr(command, "_end_on_sigterm", lambda: None)
    return stopped
