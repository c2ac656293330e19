"""From a number on a page, by links alone, to the signature of the producer who said it; and offline from a bundle."""

import html
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from contracts.cloudevents import Envelope, from_kafka
from services.audit.settings import AuditSettings
from services.audit.tlog import keys
from tests import foreign
from tests.e2e.test_main_path import LINE, approval, proposal
from tests.foreign import Client
from tests.kernel.registered import KZ, LINES, OPERATORS, UN, binary, signed, structured, text
from tests.servers import Servers
from tests.system import BEARER, RunningSystem, prepared_system

pytestmark = pytest.mark.servers
OPERATORS_KEYS = ",".join(str(one.verifier) for one in OPERATORS)
OF_KAZ = [line.replace("KZX", "KAZ") for line in LINES]
OF_KAZ.insert(OF_KAZ.index("command approvals.*"), "command deployments.*")
OF_KAZ.insert(OF_KAZ.index("must-sign"), "names-officials")
OF_KAZ.insert(OF_KAZ.index("command forcegen.approvals.RejectMandate"), "command vacancies.*")
MISSION = {"mission": "UNIFIL", "name": "UNIFIL", "host_area": "Lebanon", "established_on": "1978-03-19"}
PEOPLE = 15
OFFICERS = {**LINE, "ceiling": PEOPLE}
STREAM = "line/kz-walk/all"
PLAN = {
    **{"contributor": "KAZ", "mission": "UNIFIL", "category": "staff_officer", "rank": "major"},
    **{"planned_from": "2022-07-10", "planned_until": "2199-07-10"},
}
DOORS = {"arrive-0": "deployments.commands", "arrive-1": "deployments.admitted"}
"""By the id of a command, the topic of its record: the first came over Kafka, the second over HTTP."""
LINK = re.compile(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)


def envelope(event: dict[str, Any], source: str = "urn:mfa:kz") -> Envelope:
    """Signed for one official, but for approvals: two people decide."""
    actor = "the minister" if "Approve" in event["type"] else "the desk"
    return replace(from_kafka(*foreign.binary({**event, "source": source})), actor=actor)


def signed_over_kafka(client: Client, *events: dict[str, Any], source: str = "urn:mfa:kz") -> None:
    """Send commands of one service, and wait until each is accepted."""
    service = foreign.service_of(events[0])
    for event in events:
        key, value, headers = binary(envelope(event, source), KZ if source == "urn:mfa:kz" else UN)
        client.raw(f"{service}.commands", value, key, headers)
    client.flush()
    outcomes = client.outcomes(service, [event["id"] for event in events], 120)
    assert {one["status"] for one in outcomes.values()} == {"accepted"}, outcomes


def signed_over_http(system: RunningSystem, event: dict[str, Any]) -> None:
    answer = system.http.post(
        f"{system.url('deployments')}/v1/commands",
        content=structured(envelope(event), KZ)[1],
        headers={"content-type": "application/cloudevents+json"},
    )
    assert answer.json()["status"] == "accepted", answer.text


@pytest.fixture(scope="module")
def story(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSystem, Path]]:
    """A producer that signs, and 15 people in a mission because it said so: over Kafka and over HTTP."""
    folder = tmp_path_factory.mktemp("signed")
    register = folder / "producers.txt"
    register.write_text(signed(text(*OF_KAZ)), encoding="utf-8")
    settings = {"FORCEGEN_PRODUCERS": str(register), "FORCEGEN_PRODUCERS_OPERATORS": OPERATORS_KEYS}
    with prepared_system(servers, folder, **settings) as system:
        system.start("approvals", "vacancies", "deployments", "reporting", "audit")
        system.start("query")  # its tables are reporting's to make
        client, proposed = Client(servers.kafka), proposal("kz-walk")
        mission = foreign.command("mission", "vacancies.RecordMission", "mission/UNIFIL", MISSION)
        signed_over_kafka(client, mission, source="https://un.example/desk/1")
        approved = approval("kz-walk")
        signed_over_kafka(
            client,
            proposed | {"data": {**proposed["data"], "lines": [OFFICERS]}},
            approved | {"data": {**approved["data"], "version": 1}},
        )
        deadline = time.monotonic() + 60
        while {STREAM.encode(), b"mission/UNIFIL"} - {r.key() for r in client.records("deployments.events")}:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        tours = [{"mandate": "kz-walk", "line": "all", "tour": f"t-{nr}"} for nr in range(PEOPLE)]
        plans = [{**tour, **PLAN, "person": f"p-{nr}"} for nr, tour in enumerate(tours)]
        arrivals = [
            foreign.command(f"arrive-{nr}", "deployments.RecordArrival", STREAM, {**tour, "arrived_on": "2022-07-10"})
            for nr, tour in enumerate(tours)
        ]
        signed_over_kafka(
            client,
            *(foreign.command(f"plan-{nr}", "deployments.PlanTour", STREAM, plan) for nr, plan in enumerate(plans)),
            *(arrival for arrival in arrivals if arrival["id"] != "arrive-1"),
        )
        signed_over_http(system, arrivals[1])
        yield system, folder


def page(http: httpx.Client, url: str, ready: str = "") -> str:
    """A page, once it says what it is to say: views and search are a moment behind."""
    deadline = time.monotonic() + 60
    while True:
        answer = http.get(url, headers={"accept": "text/html"})
        if answer.status_code == 200 and ready in answer.text:
            return answer.text
        assert time.monotonic() < deadline, (url, answer.status_code, ready, answer.text)
        time.sleep(0.2)


def links(base: str, text_: str) -> dict[str, str]:
    """The addresses of a page's links, by their text."""
    addresses = {re.sub(r"\s+|<[^>]+>", " ", label).strip(): html.unescape(href) for href, label in LINK.findall(text_)}
    return {label: str(httpx.URL(base).join(href)) for label, href in addresses.items()}


def verify_event(file: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["verify-event", str(file), *more])


@pytest.mark.parametrize("id_", DOORS, ids=["over Kafka", "over HTTP"])
def test_from_a_number_on_a_page_to_the_producers_signature(story: tuple[RunningSystem, Path], id_: str) -> None:
    """Given 15 people on the first page, then links lead to the events behind them, to one of these, to its record in
    the archive, and to the command with its producer's signature; and what is taken away there proves it offline."""
    system, folder = story
    with httpx.Client(headers=BEARER, timeout=30) as http:
        first = system.url("query") + "/"
        behind = links(first, page(http, first, f">{PEOPLE}</a>"))[str(PEOPLE)]
        rows = re.findall(r"<tr>.*?</tr>", page(http, behind), re.DOTALL)
        tour = f"kz-walk/all/t-{id_[-1]}<"
        (row,) = [one for one in rows if "arrived" in one.lower() and tour in one]
        one_event = links(behind, row)["show"]
        (record,) = [
            to for label, to in links(one_event, page(http, one_event)).items() if "deployments.events/" in label
        ]
        shown = page(http, record, "Its command")
        (command,) = [to for label, to in links(record, shown).items() if label.startswith(DOORS[id_])]
        verdict = page(http, command, "the command as it came")  # once a checkpoint covers it
        assert "The signature holds" in verdict
        assert "Signed by <strong>mfa-kz</strong>" in verdict and KZ.public.id in verdict
        assert "version 7 of the register" in verdict
        bundle = folder / f"{id_}.json"
        (taken,) = [to for label, to in links(command, verdict).items() if label.startswith("the command as it came")]
        bundle.write_bytes(http.get(taken).content)

    key = str(keys.existing(AuditSettings(directory=system.logs / "audit")).verifier)
    answer = verify_event(bundle, "--operators", OPERATORS_KEYS, "--log-key", key, "--json")
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert said["verified"]["attributes"]["id"] == id_
    assert said["verified"]["key"] == KZ.public.id
    assert (said["registered"]["producer"], said["registered"]["register_is_signed"]) == ("mfa-kz", True)
    assert said["in_log"] is True
    assert verify_event(bundle, "--key", KZ.public.text).exit_code == 0
    assert verify_event(bundle).exit_code == 1  # nobody is named who is trusted
    _a_flipped_byte_is_refused(bundle, key)


def _a_flipped_byte_is_refused(bundle: Path, key: str) -> None:
    """Given any byte of it that is a letter or a digit, then the file with another one there is refused."""
    whole, chance = bundle.read_bytes(), random.Random(16)  # noqa: S311
    document, spoilt = json.loads(whole), bundle.with_suffix(".spoilt")
    places = [i for i, byte in enumerate(whole) if bytes([byte]).isalnum()]
    value = whole.index(document["record"]["value"].encode())
    for at in [value, *chance.sample(places, 40)]:
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        spoilt.write_bytes(changed)
        answer = verify_event(spoilt, "--operators", OPERATORS_KEYS, "--log-key", key)
        assert answer.exit_code == 1, (whole[at - 40 : at + 40], answer.output)
        assert "Traceback" not in answer.output
