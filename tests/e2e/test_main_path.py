"""The main job, with every service a real process: a command goes in, events come out, reports answer."""

import json
import time
from typing import Any

import psycopg
import pytest
from confluent_kafka import Producer

from tests import kafka_clients
from tests.foreign import Client, binary, command, structured
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
LINE = {
    "line": "all",
    "missions": ["UNIFIL"],
    "categories": ["staff_officer"],
    "ceiling": 10,
    "valid_from": "2022-07-01",
}


def proposal(mandate: str) -> dict[str, Any]:
    data = {
        "mandate": mandate,
        "contributor": "KAZ",
        "proposed_on": "2022-06-01",
        "proposed_by": "President",
        "lines": [LINE],
    }
    return command(f"{mandate}-propose", "approvals.ProposeMandate", f"mandate/{mandate}", data)


def approval(mandate: str) -> dict[str, Any]:
    decision = {"act_number": "1-VII", "decided_on": "2022-06-30", "votes_for": 100, "votes_against": 1}
    data = {"mandate": mandate, "decision": decision, "in_force_from": "2022-07-01"}
    return command(f"{mandate}-approve", "approvals.ApproveMandate", f"mandate/{mandate}", data)


def shown(system: RunningSystem, path: str, timeout_s: float = 120) -> dict[str, Any]:
    """What the query API shows, once it shows it."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = system.http.get(system.url("query") + path)
        if answer.status_code == 200:
            return dict(answer.json())
        assert time.monotonic() < deadline, (answer.status_code, answer.text)
        time.sleep(0.1)


@pytest.mark.parametrize("mode", [binary, structured], ids=["binary", "structured"])
def test_a_stock_client_sends_in_either_content_mode_and_the_answer_is_shown(system: RunningSystem, mode: Any) -> None:
    client = Client(system.servers.kafka)
    mandate = f"kz-{mode.__name__}"
    client.send([proposal(mandate), approval(mandate)], mode)
    outcomes = client.outcomes("approvals", [f"{mandate}-propose", f"{mandate}-approve"])
    assert {o["status"] for o in outcomes.values()} == {"accepted"}
    assert shown(system, f"/v1/mandates/{mandate}")["status"] == "approved"
    answer = system.http.get(f"{system.url('approvals')}/v1/commands/{mandate}-approve").json()
    assert answer == outcomes[f"{mandate}-approve"]


def test_an_approved_mandate_opens_its_lines_in_the_other_services(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    client.send([proposal("kz-lines"), approval("kz-lines")])
    deadline = time.monotonic() + 120
    for service in ("deployments", "vacancies"):
        while not [r for r in client.records(f"{service}.events") if r.key() == b"line/kz-lines/all"]:
            assert time.monotonic() < deadline, f"no line was opened in {service}"


def test_http_takes_a_command_and_answers_with_its_outcome(system: RunningSystem) -> None:
    event = proposal("kz-http")
    url = f"{system.url('approvals')}/v1/commands"
    first = system.http.post(url, json=event, headers={"content-type": "application/cloudevents+json"})
    again = system.http.post(url, json=event, headers={"content-type": "application/cloudevents+json"})
    assert (first.status_code, first.json()["status"]) == (200, "accepted")
    assert again.json() == first.json()
    assert shown(system, "/v1/mandates/kz-http")["status"] == "proposed"


def test_http_takes_the_binary_mode_and_a_batch(system: RunningSystem) -> None:
    url = f"{system.url('approvals')}/v1/commands"
    event = proposal("kz-http-binary")
    headers = {f"ce-{n}": str(v) for n, v in event.items() if n not in ("data", "datacontenttype")}
    one = system.http.post(
        url, content=json.dumps(event["data"]), headers={**headers, "content-type": "application/json"}
    )
    assert one.json()["status"] == "accepted"
    batch = [
        proposal("kz-http-batch"),
        {**proposal("kz-http-batch"), "id": "again"},
        {"specversion": "1.0", "data": {}},
    ]
    media_type = {"content-type": "application/cloudevents-batch+json"}
    answers = system.http.post(url, json=batch, headers=media_type).json()
    assert [a["status"] for a in answers] == ["accepted", "refused", "invalid"]
    assert (answers[1]["rule"], answers[2]["field"]) == ("duplicate", "[2].id")


def test_the_archive_holds_every_record_of_every_topic_byte_for_byte(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    client.send([proposal("kz-archive")])
    client.outcomes("approvals", ["kz-archive-propose"])
    topics = ["approvals.commands", "approvals.events", "approvals.outcomes"]
    records = {(r.topic(), r.partition(), r.offset()): (r.key(), r.value()) for r in client.records(*topics)}
    deadline = time.monotonic() + 120
    while True:
        with psycopg.connect(system.dsn("audit")) as connection:
            query = 'SELECT topic, part, "offset", key, value FROM records WHERE topic = ANY (%s)'
            rows = connection.execute(query, [topics]).fetchall()
        kept = {(t, p, o): (k, v) for t, p, o, k, v in rows}
        if records.items() <= kept.items():
            return
        assert time.monotonic() < deadline, f"{len(records)} in Kafka, {len(kept)} in the archive"
        time.sleep(0.2)


def test_a_command_in_a_transaction_is_decided_and_its_mark_is_no_lag(system: RunningSystem) -> None:
    """The mark behind a committed transaction is an offset without a record: nobody waits for one there."""
    client, event = Client(system.servers.kafka), proposal("kz-transaction")
    key, value, headers = binary(event)
    settings = {**kafka_clients.confluent(system.servers.kafka), "transactional.id": "a-stock-client"}
    producer = Producer({**settings, "partitioner": "murmur2_random"})
    producer.init_transactions()
    producer.begin_transaction()
    producer.produce("approvals.commands", value, key, headers=[*headers])
    producer.commit_transaction()
    assert client.outcomes("approvals", [event["id"]])[event["id"]]["status"] == "accepted"
    end, deadline = client.ends("approvals.commands")["approvals.commands"], time.monotonic() + 60
    for name in ("approvals", "audit"):
        while stored(system, name) != end or system.http.get(f"{system.url(name)}/v1/lag").json()[name]["records"]:
            assert time.monotonic() < deadline, f"{name} has stored {stored(system, name)} of {end}"
            time.sleep(0.2)
        assert system.http.get(f"{system.url(name)}/readyz").status_code == 200
        assert system.http.get(f"{system.url(name)}/healthz/progress").json()["problems"] == []


def stored(system: RunningSystem, service: str) -> int:
    """How many offsets of the commands a service has done with."""
    with psycopg.connect(system.dsn(service)) as connection:
        query = "SELECT sum(next_offset) FROM consumed WHERE consumer = %s AND topic = 'approvals.commands'"
        (number,) = connection.execute(query, [service]).fetchone() or (None,)
    return int(number or 0)
