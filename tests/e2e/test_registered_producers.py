"""A register of producers, with every service a real process: who signed stands in the events of both services."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from typer.testing import CliRunner, Result

from cli.main import app
from contracts.cloudevents import Envelope, from_kafka
from contracts.verifiability import SigningKey
from deploy.local.kafka_logins import KafkaLogin
from operations.producers import at_brokers, read_register
from tests import foreign
from tests.e2e.test_main_path import approval, proposal
from tests.foreign import Client
from tests.kernel.registered import KZ, KZ_P256, LINES, OPERATORS, binary, signed, structured, text
from tests.own_topics import provisioned_producers
from tests.servers import PASSWORD, Servers, logged_in
from tests.system import RunningSystem, prepared_system

pytestmark = pytest.mark.servers
SOURCE = "urn:mfa:kz"
THIEF = SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(b"\x09" * 32))
PUBLIC = ",".join(str(one.verifier) for one in OPERATORS)
TOPIC_OF_PARLIAMENT = "approvals.commands.parliament"
PARLIAMENT = (
    *("producer parliament", "source urn:parliament:kz", f"topic {TOPIC_OF_PARLIAMENT}", "broker parliament-1"),
    *("command approvals.*", "contributor KAZ"),
)
OF_KAZ = [line.replace("KZX", "KAZ") for line in LINES]
OF_KAZ.insert(OF_KAZ.index("must-sign"), "names-officials")


def put_in_force(file: Path, version: int, *more: str, revoked: bool = False) -> None:
    """Replace the register, as an operator would."""
    end = " revoked 2026-01-01T00:00:00Z"
    lines = [*(line + end if revoked and KZ.public.text in line else line for line in OF_KAZ[2:]), *more]
    fresh = file.with_suffix(".new")
    fresh.write_text(signed(text(LINES[0], f"version {version}", *lines)), encoding="utf-8")
    fresh.replace(file)


@pytest.fixture(scope="module")
def registered(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSystem, Path]]:
    folder = tmp_path_factory.mktemp("registered")
    file = folder / "producers.txt"
    put_in_force(file, 7)
    settings = {"FORCEGEN_PRODUCERS": str(file), "FORCEGEN_PRODUCERS_OPERATORS": PUBLIC}
    with prepared_system(servers, folder, **settings) as system:
        system.start("approvals", "vacancies")
        yield system, file


def envelope(event: dict[str, Any], **more: Any) -> Envelope:
    return replace(from_kafka(*foreign.binary({**event, "source": SOURCE})), **more)


def read_by_another(mandate: str) -> dict[str, Any]:
    """The approval of a mandate by somebody who has read its proposal."""
    event = approval(mandate)
    return {**event, "data": {**event["data"], "version": 1}}


def put(client: Client, event: Envelope, key: SigningKey | None, mode: Any = binary) -> None:
    record_key, value, headers = mode(event, key)
    client.raw("approvals.commands", value, record_key, headers)


def events_of(client: Client, service: str, causes: set[str]) -> list[dict[str, str]]:
    """The headers of the events that came of some commands, once there is one of each."""
    deadline = time.monotonic() + 120
    while True:
        records = [dict(record.headers()) for record in client.records(f"{service}.events")]
        read = [{name: raw.decode() for name, raw in headers.items()} for headers in records]
        if causes <= {one["ce_causationid"] for one in read}:
            return [one for one in read if one["ce_causationid"] in causes]
        assert time.monotonic() < deadline, causes
        time.sleep(0.2)


def letters(client: Client) -> list[str]:
    """Why records became dead letters of approvals."""
    records = client.records("approvals.dead-letters")
    return [dict(record.headers())["dead-letter-reason"].decode() for record in records]


def test_who_signed_stands_in_the_events_and_whoever_did_not_is_answered_nowhere(
    registered: tuple[RunningSystem, Path],
) -> None:
    system, _ = registered
    client = Client(system.servers.kafka)
    proposed = envelope(proposal("kz-e2e"), actor="desk-1")
    approved = envelope(read_by_another("kz-e2e"), actor="desk-2")
    alone = envelope(read_by_another("kz-e2e"), id="kz-e2e-alone", actor=" DESK-1")
    put(client, proposed, None)
    put(client, proposed, THIEF, structured)
    put(client, envelope(proposal("kz-other"), source="urn:nobody"), KZ)
    put(client, proposed, KZ)
    put(client, alone, KZ_P256)
    put(client, approved, KZ, structured)
    client.flush()
    outcomes = client.outcomes("approvals", [proposed.id, alone.id, approved.id], 120)
    assert {one["status"] for name, one in outcomes.items() if name != alone.id} == {"accepted"}
    assert (outcomes[alone.id]["rule"], outcomes[alone.id]["field"]) == ("four-eyes", "actor")
    events = events_of(client, "approvals", {proposed.id, approved.id})
    assert {(one["ce_authtype"], one["ce_authid"]) for one in events} == {("app_user", "mfa-kz")}
    assert {(one["ce_authkey"], len(one["ce_authproof"])) for one in events} == {(KZ.public.id, 64)}
    assert all(one["ce_authregister"].startswith("7:") for one in events)
    assert all(one["ce_causeplace"].startswith("approvals.commands/") for one in events)

    (mandate_approved,) = [one["ce_id"] for one in events if one["ce_type"].endswith("MandateApproved")]
    (line,) = events_of(client, "vacancies", {f"{mandate_approved}/0"})
    assert (line["ce_authtype"], line["ce_authid"]) == ("system", "urn:forcegen:vacancies")
    assert line["ce_authonbehalfof"] == "mfa-kz"
    assert line["ce_causeplace"].startswith("approvals.events/")

    assert [reason.partition(":")[0] for reason in letters(client)] == ["identity"] * 3
    assert len([one for one in client.records("approvals.outcomes") if b"kz-other" in one.value()]) == 0


def test_over_http_a_signature_counts_and_a_claim_does_not(registered: tuple[RunningSystem, Path]) -> None:
    system, _ = registered
    headers = {"content-type": "application/cloudevents+json"}
    url = f"{system.url('approvals')}/v1/commands"
    event = envelope(proposal("kz-http"))
    refused = system.http.post(url, content=structured(event, None)[1], headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:forcegen:problem:not-the-sender")
    accepted = system.http.post(url, content=structured(event, KZ)[1], headers=headers)
    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted"), accepted.text
    (recorded,) = events_of(Client(system.servers.kafka), "approvals", {event.id})
    assert (recorded["ce_authid"], recorded["ce_authkey"]) == ("mfa-kz", KZ.public.id)
    assert recorded["ce_causeplace"].startswith("approvals.admitted#")


def test_a_producer_that_does_not_sign_is_registered_while_services_run_and_its_topic_says_who_it_is(
    registered: tuple[RunningSystem, Path],
    tmp_path: Path,
) -> None:
    # given services that run, and a register with another producer, who sends before the services see its topic
    system, file = registered
    system.start("audit")
    client = Client(system.servers.kafka)
    put_in_force(file, 8, *PARLIAMENT)
    own = envelope(proposal("kz-parliament"), source="urn:parliament:kz")
    with provisioned_producers(system.servers, at_brokers(read_register(file, PUBLIC))[-1:]):
        sent = send_as_parliament(system.servers, tmp_path, own)
        assert (sent.exit_code, sent.exception) == (0, None), sent.output

        # then they read it from its first record, and the event says whose the topic is, and that nothing was signed
        (event,) = events_of(client, "approvals", {own.id})
        assert (event["ce_authtype"], event["ce_authid"]) == ("service_account", "parliament")
        assert event["ce_causeplace"] == f"{TOPIC_OF_PARLIAMENT}/{event['ce_causeplace'].split('/')[1]}/0"
        assert not {"ce_authkey", "ce_authproof"} & event.keys()
        assert client.outcomes("approvals", [own.id], 60)[own.id]["status"] == "accepted"

        # and the source of another there, or its own source on the shared topic, is answered nowhere
        before = Counter(letters(client))
        forged, elsewhere = envelope(proposal("kz-forged")), envelope(proposal("kz-else"), source="urn:parliament:kz")
        as_parliament(system.servers, forged)
        put(client, elsewhere, None)
        client.flush()
        eventually(lambda: (Counter(letters(client)) - before).total() == 2)
        assert all(reason.startswith("identity:") for reason in Counter(letters(client)) - before)
        answered = b"".join(one.value() for one in client.records("approvals.outcomes"))
        assert b"kz-forged" not in answered
        assert b"kz-else" not in answered
        eventually(lambda: archived_from(system, TOPIC_OF_PARLIAMENT) == 2)


def send_as_parliament(servers: Servers, folder: Path, event: Envelope) -> Result:
    """Send a command by `forcegen send`, logged in as the producer's user."""
    file = folder / "commands.ndjson"
    file.write_bytes(structured(event, None)[1])
    with logged_in(KafkaLogin("parliament-1", PASSWORD).as_environment() if servers.secured else {}):
        return CliRunner().invoke(
            app, ["send", str(file), "--producer", "parliament", "--bootstrap", servers.kafka], catch_exceptions=False
        )


def as_parliament(servers: Servers, event: Envelope) -> None:
    """Send a command on its topic, logged in as the producer's user."""
    key, value, headers = binary(event, None)
    login = KafkaLogin("parliament-1", PASSWORD).as_environment() if servers.secured else {}
    with logged_in(login):
        client = Client(servers.kafka)
    client.raw(TOPIC_OF_PARLIAMENT, value, key, headers)
    client.flush()


def archived_from(system: RunningSystem, topic: str) -> int:
    with psycopg.connect(system.dsn("audit")) as connection:
        rows = connection.execute("SELECT count(*) FROM records WHERE topic = %s", [topic]).fetchall()
    return int(rows[0][0])


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_key_that_is_revoked_signs_no_more_and_history_stays(registered: tuple[RunningSystem, Path]) -> None:
    system, file = registered
    client = Client(system.servers.kafka)
    before = events_of(client, "approvals", {"kz-http-propose"})
    put_in_force(file, 9, revoked=True)
    known, deadline, nr = Counter(letters(client)), time.monotonic() + 60, 0
    while not (new := Counter(letters(client)) - known):
        assert time.monotonic() < deadline
        nr += 1
        put(client, envelope(proposal(f"kz-late-{nr}")), KZ)
        client.flush()
        time.sleep(1)
    assert all("key" in reason for reason in new), new
    assert events_of(client, "approvals", {"kz-http-propose"}) == before
