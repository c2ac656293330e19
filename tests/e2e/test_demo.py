"""The story of 2013-2024 through the real services, under a register of producers: sent, reported, sent again; and from
a number of its first page, by links alone, to the signature of the office that said it, and offline from a bundle."""

import html
import json
import random
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.demo import golden, producers, run
from cli.main import app
from contracts.registry import SERVICES
from deploy.local.endpoints import Endpoints
from kernel.runtime.settings import Settings
from operations import local_producers
from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from tests.foreign import Client
from tests.servers import Servers
from tests.system import BEARER, RunningSystem, prepared_system

pytestmark = pytest.mark.servers
PEOPLE = 15
DOORS = {
    "over Kafka": ("minurso-observer-6-2021<", "deployments.commands", "kz-mod"),
    "over HTTP": ("kaz-company-7<", "deployments.admitted", "kz-unifil-contingent"),
}
"""By the door of a command: the tour of its event, the topic of its record, and the office that said it."""
LINK = re.compile(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)


@pytest.fixture(scope="module")
def registered(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSystem, Path]]:
    """Every service under the register that `forcegen demo` makes, and the directory of that."""
    folder = tmp_path_factory.mktemp("demo")
    settings = {**local_producers.settings_of(producers.made(folder)), "FORCEGEN_DEMO_CLOCK": "true"}
    with prepared_system(servers, folder, **settings) as system:
        system.start("approvals", "vacancies", "deployments", "reporting", "audit", "query")
        yield system, folder


@pytest.fixture(scope="module")
def demo(registered: tuple[RunningSystem, Path]) -> run.DemoResult:
    """The result of the demo, sent for the first time."""
    return gathered(*registered)


def gathered(system: RunningSystem, folder: Path) -> run.DemoResult:
    """What `forcegen demo` shows."""
    urls = {name: system.url(name) for name in ("query", "approvals", "deployments")}
    addresses, brokers = Endpoints(system.servers.kafka, urls), Settings(kafka_bootstrap=system.servers.kafka)
    signers = producers.signers(producers.made(folder), has_demo_clock=True)
    return run.gather(addresses, brokers, lambda _: None, signers)


def test_the_reports_agree_with_the_public_record_and_a_second_sending_is_answered_the_same(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult, capsys: pytest.CaptureFixture[str]
) -> None:
    system, _ = registered
    assert [chapter.repeated for chapter in demo.chapters] == [0] * len(demo.chapters)
    assert all(check.holds for check in golden.checks(demo.reports))
    again = gathered(*registered)
    assert [chapter.repeated for chapter in again.chapters] == [chapter.sent for chapter in again.chapters]
    assert again.refused == demo.refused
    assert again.reports == demo.reports
    assert system.http.get(f"{system.url('query')}/v1/parked").json()["items"] == []
    run.show(again)
    assert max(len(line) for line in capsys.readouterr().out.splitlines() if "http" not in line) <= 100


def test_every_event_of_the_demo_names_a_registered_producer_and_its_proof(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult
) -> None:
    """Given the story, then an event has its producer and the proof, or follows from one that has."""
    system, folder = registered
    known = producers.made(folder).register.producers
    for record in Client(system.servers.kafka).records(*(f"{service}.events" for service in SERVICES)):
        said = {name: raw.decode() for name, raw in record.headers()}
        if said["ce_authtype"] == "system":
            assert said["ce_authonbehalfof"] in known, said
        else:
            assert said["ce_authid"] in known, said
            assert len(said["ce_authproof"]) == 64, said
            assert said["ce_causeplace"], said


def test_every_event_of_the_demo_is_marked_as_recorded_by_its_clock(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult
) -> None:
    """Given the story, then each event, also one that follows from another, is on record in the time of the story."""
    system, _ = registered
    topics = [f"{service}.{log}" for service in SERVICES for log in ("events", "outcomes")]
    instants = set()
    for record in Client(system.servers.kafka).records(*topics):
        said = {name: raw.decode() for name, raw in record.headers()}
        assert said["ce_democlock"] == said["ce_recordedtime"], said
        instants.add(said["ce_recordedtime"])
    assert min(instants).startswith("2013-12-20") and max(instants).startswith("2024-12-31")


def test_what_was_known_at_the_end_of_2019_is_the_picture_of_2019(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult
) -> None:
    """Given the story, then as known then the people of that day are there, and no vote after it is known."""
    system, _ = registered
    known = {"as_known_at": "2020-01-01T00:00:00Z"}
    assert people(system, as_of="2020-01-01", **known) == {"MINURSO": 5, "UNIFIL": 76}
    assert people(system, as_of="2020-01-01") == {"MINURSO": 6, "UNIFIL": 76}  # one arrival was entered in January
    assert people(system, as_of="2022-06-30", **known) == {"MINURSO": 5, "UNIFIL": 76}  # nobody has left yet
    mandates = system.http.get(f"{system.url('query')}/v1/mandates", params=known).json()["items"]
    assert {row["mandate"] for row in mandates} == {"kz-2013", "kz-2018"}


@pytest.mark.parametrize(
    ("as_of", "kind", "sentence"),
    [("2020-01-01", "late", "minurso-observer-4-2019"), ("2019-11-08", "corrected", "kaz-company-3")],
)
def test_a_comparison_of_two_instants_shows_what_came_late_and_what_was_put_right(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult, as_of: str, kind: str, sentence: str
) -> None:
    system, _ = registered
    url = f"{system.url('query')}/v1/reports/strength/compare"
    params = {"as_of": as_of, "before_as_known_at": "2020-01-01T00:00:00Z"}
    answer = system.http.get(url, params=params).json()
    kinds = {row["kind"]: row for row in answer["explained"]}
    assert sentence in json.dumps(kinds[kind]), answer["explained"]


RAISED = {
    "R1": ("reconciliation", {"as_of": "2021-01-31", "contributor": "KAZ"}),
    "R2": ("ending-tours", {"as_of": "2024-09-15", "within_days": "60"}),
    "R3": ("unused-mandates", {"as_of": "2025-02-01"}),
    "R4": ("statements", {"as_of": "2022-06-30"}),
    "R5": ("mislabelled-returns", {"as_of": "2022-06-30"}),
}


@pytest.mark.parametrize("rule", RAISED)
def test_each_rule_that_raises_raises_something_in_the_demo(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult, rule: str
) -> None:
    system, _ = registered
    name, params = RAISED[rule]
    rows = system.http.get(f"{system.url('query')}/v1/reports/{name}", params=params).json()["rows"]
    assert rule in [row["raise"] for row in rows], rows


def test_a_restated_return_is_what_counts_and_the_first_is_what_was_known(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult
) -> None:
    """Given a return that lacks an echelon, then its second publication counts the 128 of the public record."""
    system, _ = registered
    params = {"as_of": "2021-01-31", "source": "returns", "contributor": "KAZ"}
    assert people(system, **params) == {"MINURSO": 6, "UNIFIL": 122}
    known = {"as_known_at": "2021-03-01T00:00:00Z"}
    assert people(system, **params, **known) == {"MINURSO": 6, "UNIFIL": 62}


def people(system: RunningSystem, **params: str) -> dict[str, int]:
    """How many are in each mission, by the report `strength`."""
    answer = system.http.get(f"{system.url('query')}/v1/reports/strength", params=params).json()
    counted: dict[str, int] = {}
    for row in answer["rows"]:
        counted[row["mission"]] = counted.get(row["mission"], 0) + row["people"]
    return counted


def test_the_pages_of_an_event_and_of_its_record_say_whose_clock_it_was(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult
) -> None:
    system, _ = registered
    event = system.http.get(f"{system.url('query')}/v1/events", params={"limit": "1"}).json()["items"][0]
    assert event["democlock"] == event["recorded"]
    said = "The clock of a demo put this on record"
    with httpx.Client(headers=BEARER, timeout=30) as http:
        assert said in page(http, f"{system.url('query')}/events/{event['id']}")
        place = f"{event['topic']}/{event['partition']}/{event['offset']}"
        assert said in page(http, f"{system.url('audit')}/messages/{place}", "Its proof")


def test_mandates_are_proposed_by_one_office_and_approved_by_another(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult
) -> None:
    system, _ = registered
    by: dict[str, list[str]] = {}
    for record in Client(system.servers.kafka).records("approvals.events"):
        said = {name: raw.decode() for name, raw in record.headers()}
        by.setdefault(said["ce_type"].rpartition(".")[2], []).append(said["ce_authid"])
    assert by["MandateProposed"] == ["kz-president"] * 4
    assert by["MandateApproved"] == ["kz-parliament"] * 4


def page(http: httpx.Client, url: str, ready: str = "") -> str:
    """A page, once it says what it is to say: views and search are a moment behind."""
    deadline = time.monotonic() + 60
    while True:
        answer = http.get(url, headers={"accept": "text/html"})
        if answer.status_code == 200 and ready in answer.text:
            return answer.text
        assert time.monotonic() < deadline, (url, answer.status_code, ready, answer.text)
        time.sleep(0.2)


def links(base: str, text: str) -> dict[str, str]:
    """The addresses of a page's links, by their text; of links with the same text, that of the first."""
    addresses: dict[str, str] = {}
    for href, label in LINK.findall(text):
        addresses.setdefault(re.sub(r"\s+|<[^>]+>", " ", label).strip(), str(httpx.URL(base).join(html.unescape(href))))
    return addresses


def verify_event(file: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["verify-event", str(file), *more])


@pytest.mark.parametrize("door", DOORS)
def test_from_a_number_on_a_page_to_the_producers_signature(
    registered: tuple[RunningSystem, Path], demo: run.DemoResult, door: str
) -> None:
    """Given 15 people on the page Who is where, then links lead to the events behind them, to one of these, to its
    record in the archive, and to the command with its producer's signature; and what is taken away there proves it
    offline."""
    system, folder = registered
    tour, topic, office = DOORS[door]
    with httpx.Client(headers=BEARER, timeout=30) as http:
        first = f"{system.url('query')}/overview?as_of={golden.AS_OF}"
        behind = links(first, page(http, first, f">{PEOPLE}</a>"))[str(PEOPLE)]
        row = ""
        while not row:  # the newest are on the first page, and each leads to the earlier ones
            events = page(http, behind)
            rows = re.findall(r"<tr>.*?</tr>", events, re.DOTALL)
            row = next((one for one in rows if "arrived" in one.lower() and tour in one), "")
            behind = behind if row else links(behind, events)["Earlier rows"]
        one_event = links(behind, row)["show"]
        of_event = page(http, one_event)
        item = http.get(f"{system.url('query')}/v1/events", params={"event": one_event.partition("/events/")[2][:36]})
        said = item.json()["items"][0]
        assert (said["authtype"], said["authid"], said["causeplace"].startswith(topic)) == (
            "service_account",
            office,
            True,
        )
        for text in (said["authid"], said["authkey"], said["authproof"], said["authregister"], said["causeplace"]):
            assert text in of_event
        (record,) = [to for label, to in links(one_event, of_event).items() if "deployments.events/" in label]
        shown = page(http, record, "Its command")
        (command,) = [to for label, to in links(record, shown).items() if label.startswith(topic)]
        verdict = page(http, command, "the command as it came")  # once a checkpoint covers it
        assert "The signature holds" in verdict
        assert f"Signed by <strong>{office}</strong>" in verdict
        assert said["authkey"] in verdict and said["authproof"] in verdict
        assert "version 1 of the register" in verdict
        bundle = folder / f"{office}.json"
        (taken,) = [to for label, to in links(command, verdict).items() if label.startswith("the command as it came")]
        bundle.write_bytes(http.get(taken).content)
    _is_verified_offline(bundle, folder, office, str(keys.existing(_audit(system)).verifier))


def _audit(system: RunningSystem) -> AuditSettings:
    return AuditSettings(directory=system.logs / "audit")


def _is_verified_offline(bundle: Path, folder: Path, office: str, log_key: str) -> None:
    operators = local_producers.operators_file(folder).read_text().strip()
    answer = verify_event(bundle, "--operators", operators, "--log-key", log_key, "--json")
    assert answer.exit_code == 0, answer.output
    said: Mapping[str, Any] = json.loads(answer.stdout)
    key = producers.made(folder).register.producers[office].keys[0].public
    assert said["verified"]["key"] == key.id
    assert said["verified"]["attributes"]["id"].startswith("story/")
    assert (said["registered"]["producer"], said["registered"]["register_is_signed"]) == (office, True)
    assert said["in_log"] is True
    assert verify_event(bundle, "--key", key.text).exit_code == 0
    assert verify_event(bundle).exit_code == 1  # nobody is named who is trusted
    _a_flipped_byte_is_refused(bundle, operators, log_key)


def _a_flipped_byte_is_refused(bundle: Path, operators: str, log_key: str) -> None:
    """Given any byte of it that is a letter or a digit, then the file with another one there is refused."""
    whole, chance = bundle.read_bytes(), random.Random(16)  # noqa: S311
    document, spoilt = json.loads(whole), bundle.with_suffix(".spoilt")
    places = [i for i, byte in enumerate(whole) if bytes([byte]).isalnum()]
    value = whole.index(document["record"]["value"].encode())
    for at in [value, *chance.sample(places, 40)]:
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        spoilt.write_bytes(changed)
        answer = verify_event(spoilt, "--operators", operators, "--log-key", log_key)
        assert answer.exit_code == 1, (whole[at - 40 : at + 40], answer.output)
        assert "Traceback" not in answer.output
