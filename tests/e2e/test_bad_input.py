"""Bad input is normal: a bad message is answered or a dead letter, with what is wrong and what to do; nothing is lost.

Every case is sent between two good messages on the same partition, and both must be processed.
"""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests import rawkafka
from tests.e2e.test_main_path import proposal
from tests.foreign import Client, Headers, binary, command, structured
from tests.hostile.checks.archive import packed
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
NUMBERS = itertools.count(1)
Record = tuple[bytes | None, bytes | None, Headers]
"""Key, value, headers."""


@dataclass(frozen=True)
class Bad:
    """A bad record made out of a good one, and what must be said about it."""

    make: Callable[[dict[str, Any]], Record]
    field: str
    expected: str
    answered: bool = False
    """Whether its sender can be answered with an outcome; otherwise it is a dead letter."""


def edited(**changes: Any) -> Callable[[dict[str, Any]], Record]:
    """The good command with other attributes; None removes one."""
    return lambda event: binary({n: v for n, v in {**event, **changes}.items() if v is not None})


def with_data(**changes: Any) -> Callable[[dict[str, Any]], Record]:
    return lambda event: binary({**event, "data": {**event["data"], **changes}})


def with_header(name: str, value: bytes) -> Callable[[dict[str, Any]], Record]:
    def make(event: dict[str, Any]) -> Record:
        key, body, headers = binary(event)
        return key, body, [(n, value if n == name else v) for n, v in headers]

    return make


def with_value(value: bytes | None) -> Callable[[dict[str, Any]], Record]:
    def make(event: dict[str, Any]) -> Record:
        key, _, headers = binary(event)
        return key, value, headers

    return make


CASES = {
    "not JSON": Bad(with_value(b"{not json"), "data", "JSON", answered=True),
    "JSON that is no object": Bad(with_value(b"[1, 2]"), "data", "object", answered=True),
    "structured but not JSON": Bad(
        lambda e: (b"k", b"\xff\xfe", [("content-type", b"application/cloudevents+json")]), "value", "UTF-8"
    ),
    "a header that is not UTF-8": Bad(with_header("ce_source", b"\xff\xfe"), "headers.ce_source", "UTF-8"),
    "null value": Bad(with_value(None), "value", "no data", answered=True),
    "null key": Bad(lambda e: (None, *binary(e)[1:]), "key", "key", answered=True),
    "a key of another stream": Bad(lambda e: (b"mandate/other", *binary(e)[1:]), "key", "mandate/other", answered=True),
    "unknown type": Bad(edited(type="forcegen.approvals.ProposeMandat"), "type", "ProposeMandate?", answered=True),
    "a command of another service": Bad(
        edited(type="forcegen.deployments.PlanTour"), "type", "deployments.commands", answered=True
    ),
    "future version": Bad(
        edited(dataschema="urn:forcegen:approvals.ProposeMandate:9"), "dataschema", "versions 1 to 1", answered=True
    ),
    "unknown version": Bad(edited(dataschema="urn:other:thing"), "dataschema", "versions 1 to 1", answered=True),
    "wrong field type": Bad(with_data(proposed_on=7), "data.proposed_on", "date", answered=True),
    "missing field": Bad(with_data(lines=[]), "data.lines", "at least 1", answered=True),
    "a NUL in a text": Bad(with_data(proposed_by="a\x00b"), "data", "NUL", answered=True),
    "missing id": Bad(edited(id=None), "headers.ce_id", "id"),
    "missing source": Bad(edited(source=None), "headers.ce_source", "source"),
    "missing type": Bad(edited(type=None), "headers.ce_type", "type", answered=True),
    "missing specversion": Bad(edited(specversion=None), "headers.ce_specversion", "specversion", answered=True),
    "missing subject": Bad(edited(subject=""), "headers.ce_subject", "subject", answered=True),
    "a time that is none": Bad(edited(time="yesterday"), "headers.ce_time", "time", answered=True),
    "2 MB": Bad(with_data(tasks="x" * 2_000_000), "data", "262,144", answered=True),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_commands_are_answered_or_dead_letters_and_the_good_ones_around_them_go_on(
    system: RunningSystem, case: str
) -> None:
    client, bad, nr = Client(system.servers.kafka), CASES[case], next(NUMBERS)
    before, good, after = (proposal(f"bad-{nr}-{which}") for which in ("before", "bad", "after"))
    key, value, headers = bad.make(good)
    client.send([before])
    client.raw("approvals.commands", value, key, headers)
    client.send([after])
    outcomes = client.outcomes("approvals", [before["id"], after["id"]], 120)
    assert {o["status"] for o in outcomes.values()} == {"accepted"}
    if bad.answered:
        answer = client.outcomes("approvals", [good["id"]], 120)[good["id"]]
        assert answer["status"] == "invalid"
    else:
        answer = dead_letter_of(system, "approvals", value, headers)
    assert answer["field"].startswith(bad.field), answer
    assert bad.expected in f"{answer['reason']} {answer['remedy']}", answer
    assert answer["remedy"]


def dead_letter_of(system: RunningSystem, service: str, value: bytes | None, headers: Headers) -> dict[str, Any]:
    """The dead letter of a record, from the API; it must be in the topic too."""
    deadline = time.monotonic() + 120
    shown = None if value is None else value[:65536].decode("utf-8", "backslashreplace")
    names = [name for name, _ in headers]
    while True:
        letters = system.http.get(f"{system.url(service)}/v1/dead-letters?limit=1000").json()["items"]
        matching = [x for x in letters if x["value"] == shown and [name for name, _ in x["headers"]] == names]
        if matching:
            return dict(matching[-1])
        assert time.monotonic() < deadline, f"no dead letter among {len(letters)}"
        time.sleep(0.2)


def test_a_header_that_no_client_decodes_is_kept_and_reported_and_costs_no_other_command(system: RunningSystem) -> None:
    """Its name is no UTF-8: archived byte for byte, a dead letter, and every good command is decided."""
    client, topic, bad = Client(system.servers.kafka), "approvals.commands", proposal("odd-header")
    key, value, headers = binary(bad)
    odd: tuple[bytes, bytes] = (b"\xff\xfe", b"x")
    sent = [[odd], [odd, *((name.encode(), held) for name, held in headers)]]
    first = rawkafka.produce(system.servers.kafka, topic, 1, [(key, value, each) for each in sent])
    good = [proposal(f"odd-header-{nr}") for nr in range(16)]
    client.send(good)
    outcomes = client.outcomes("approvals", [event["id"] for event in (bad, *good)], 120)
    outcome = outcomes.pop(bad["id"])
    assert (outcome["status"], outcome["field"]) == ("invalid", "headers")
    assert {one["status"] for one in outcomes.values()} == {"accepted"}
    letters = system.http.get(f"{system.url('approvals')}/v1/dead-letters?limit=1000").json()["items"]
    by_offset = {one["offset"]: one for one in letters if (one["topic"], one["partition"]) == (topic, 1)}
    assert [by_offset[first + nr]["field"] for nr in range(2)] == ["headers", "headers"]
    assert [by_offset[first + nr]["headers"][0] for nr in range(2)] == [["\\xff\\xfe", "x"]] * 2
    deadline = time.monotonic() + 120
    while (kept := archived(system, topic, 1, first)) != [(key, value, packed(each)) for each in sent]:
        assert time.monotonic() < deadline, kept
        time.sleep(0.2)


def archived(system: RunningSystem, topic: str, partition: int, first: int) -> list[tuple[bytes, bytes, bytes]]:
    """Two records as the archive holds them."""
    with psycopg.connect(system.dsn("audit")) as connection:
        query = """SELECT key, value, headers FROM records WHERE (topic, part) = (%s, %s) AND "offset" - %s IN (0, 1)
                   ORDER BY "offset" """
        return connection.execute(query, [topic, partition, first]).fetchall()


def test_a_duplicate_is_answered_again_and_another_body_is_a_conflict(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    first = proposal("twice")
    client.send([first, first, {**first, "data": {**first["data"], "proposed_by": "another"}}])
    deadline = time.monotonic() + 120
    while True:
        outcomes = [json.loads(r.value()) for r in client.records("approvals.outcomes") if r.key() == b"mandate/twice"]
        if len(outcomes) == 3:
            break
        assert time.monotonic() < deadline, outcomes
        time.sleep(0.2)
    assert [t["status"] for t in outcomes] == ["accepted", "accepted", "conflict"]
    assert outcomes[0] == outcomes[1]
    assert (outcomes[2]["field"], "new id" in outcomes[2]["remedy"]) == ("id", True)


def test_a_command_for_what_does_not_exist_is_refused_or_waits_and_says_for_what(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    decision = {"act_number": "1", "decided_on": "2022-06-30"}
    data = {"mandate": "nowhere", "decision": decision, "in_force_from": "2022-07-01"}
    client.send([command("no-mandate", "approvals.ApproveMandate", "mandate/nowhere", data)])
    refused = client.outcomes("approvals", ["no-mandate"], 120)["no-mandate"]
    assert (refused["status"], refused["rule"]) == ("refused", "unknown")
    assert refused["remedy"]

    tour = {
        "mandate": "nowhere",
        "line": "all",
        "tour": "t-1",
        "contributor": "KAZ",
        "mission": "UNIFIL",
        "category": "staff_officer",
        "person": "p-1",
        "planned_from": "2022-07-01",
        "planned_until": "2023-07-01",
    }
    client.send([command("no-line", "deployments.PlanTour", "line/nowhere/all", tour)])
    waits = client.outcomes("deployments", ["no-line"], 120)["no-line"]
    assert (waits["status"], waits["waits_for"]) == ("pending", "line/nowhere/all")
    listed = system.http.get(f"{system.url('deployments')}/v1/pending").json()["items"]
    assert "no-line" in [one["command_id"] for one in listed]


OWN = "urn:forcegen:approvals"
EVENT_CASES = {
    "not a CloudEvent": ((b"k", b"hello", []), "headers"),
    "unknown type": (binary(command("e-1", "approvals.MandateVanished", "mandate/x", {"mandate": "x"}, OWN)), "type"),
    "wrong data": (structured(command("e-2", "approvals.MandateProposed", "mandate/x", {"mandate": 1}, OWN)), "data"),
    "a stranger's": (binary(command("e-3", "approvals.MandateProposed", "mandate/x", {})), "headers.ce_source"),
    "null value": ((b"k", None, []), "value"),
}


@pytest.mark.parametrize("case", EVENT_CASES)
def test_bad_bytes_on_an_events_topic_are_dead_letters_of_every_reader_and_good_events_flow_on(
    system: RunningSystem, case: str
) -> None:
    client, nr = Client(system.servers.kafka), next(NUMBERS)
    (key, value, headers), field = EVENT_CASES[case]
    client.raw("approvals.events", value, key, headers)
    client.flush()
    client.send([proposal(f"after-{nr}")])
    client.outcomes("approvals", [f"after-{nr}-propose"], 120)
    for service in ("reporting", "vacancies", "deployments"):
        letter = dead_letter_of(system, service, value, headers)
        assert (letter["topic"], letter["field"].startswith(field)) == ("approvals.events", True), letter
    deadline = time.monotonic() + 120
    while system.http.get(f"{system.url('query')}/v1/mandates/after-{nr}").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


HTTP_CASES: dict[str, tuple[dict[str, str], bytes, int, str]] = {
    "not JSON": ({"content-type": "application/cloudevents+json"}, b"{", 400, "body"),
    "no CloudEvent": ({"content-type": "application/json"}, b"{}", 400, "headers"),
    "not UTF-8": ({"content-type": "application/cloudevents+json"}, b"\xff\xfe", 400, "body"),
    "empty": ({"content-type": "application/cloudevents+json"}, b"", 400, "body"),
    "too large": ({"content-type": "application/cloudevents+json"}, b" " * 5_000_000, 413, "body"),
    "2 MB": (
        {"content-type": "application/cloudevents+json"},
        json.dumps(command("big", "approvals.ProposeMandate", "mandate/b", {"tasks": "x" * 2_000_000})).encode(),
        400,
        "data",
    ),
    "unknown type": (
        {"content-type": "application/cloudevents+json"},
        json.dumps(command("u-1", "approvals.Propose", "mandate/x", {})).encode(),
        400,
        "type",
    ),
}


@pytest.mark.parametrize("case", HTTP_CASES)
def test_bad_requests_are_answered_with_what_is_wrong(system: RunningSystem, case: str) -> None:
    headers, body, status, field = HTTP_CASES[case]
    answer = system.http.post(f"{system.url('approvals')}/v1/commands", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["field"].startswith(field), answer.text
    assert answer.json()["remedy"]


def test_an_unknown_command_id_is_answered_404(system: RunningSystem) -> None:
    answer = system.http.get(f"{system.url('approvals')}/v1/commands/never-sent")
    assert (answer.status_code, "remedy" in answer.json()) == (404, True)


def test_after_all_of_this_every_service_is_ready(system: RunningSystem) -> None:
    for name in system.processes:
        system.wait_ready(name)
