"""`time` is when it happened and `recordedtime` when it was recorded, from a producer to the topics and the views."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.test_main_path import proposal, shown
from tests.foreign import Client, binary, command, structured
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
HAPPENED = "2022-06-30T17:45:00Z"
VOTE = {"act_number": "2-VII", "decided_on": "2022-06-30", "votes_for": 1, "votes_against": 100}
EPOCH = "1970-01-01T00:00:00Z"


def rejection(mandate: str, **attributes: Any) -> dict[str, Any]:
    """A command whose event has no date of its own: it is effective when the command says that it happened."""
    event = command(
        f"{mandate}-reject", "approvals.RejectMandate", f"mandate/{mandate}", {"mandate": mandate, "decision": VOTE}
    )
    return {name: value for name, value in (event | attributes).items() if value is not None}


def headers_of(client: Client, topic: str, *, cause: str) -> dict[str, str]:
    """The headers of the one record that a command led to."""
    records = [{name: raw.decode() for name, raw in record.headers()} for record in client.records(topic)]
    (one,) = [headers for headers in records if headers.get("ce_causationid") == cause]
    return one


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def recorded(client: Client, event: dict[str, Any], mode: Any = binary) -> dict[str, str]:
    """The headers of the event that an accepted command led to."""
    client.send([event], mode)
    assert client.outcomes("approvals", [event["id"]])[event["id"]]["status"] == "accepted"
    deadline = time.monotonic() + 60
    while event["id"] not in [
        dict(record.headers()).get("ce_causationid", b"").decode() for record in client.records("approvals.events")
    ]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return headers_of(client, "approvals.events", cause=event["id"])


@pytest.mark.parametrize("mode", [binary, structured], ids=["binary", "structured"])
def test_an_event_says_when_it_happened_and_when_the_service_recorded_it(system: RunningSystem, mode: Any) -> None:
    client, mandate, began = Client(system.servers.kafka), f"times-{mode.__name__}", datetime.now(UTC)
    recorded(client, proposal(mandate))
    event = recorded(client, rejection(mandate, time=HAPPENED, recordedtime=EPOCH), mode)
    assert event["ce_time"] == HAPPENED
    assert began <= instant(event["ce_recordedtime"]) <= datetime.now(UTC)
    outcome = headers_of(client, "approvals.outcomes", cause=f"{mandate}-reject")
    assert outcome["ce_time"] == outcome["ce_recordedtime"] == event["ce_recordedtime"]
    assert shown(system, f"/v1/mandates/{mandate}?as_of=2022-07-01")["status"] == "rejected"
    (viewed,) = system.http.get(
        f"{system.url('query')}/v1/events",
        params={"stream": f"mandate/{mandate}", "type": "forcegen.approvals.MandateRejected"},
    ).json()["items"]
    assert (instant(viewed["effective"]), instant(viewed["recorded"])) == (
        instant(HAPPENED),
        instant(event["ce_recordedtime"]),
    )


def test_a_command_without_a_time_happened_when_it_was_received(system: RunningSystem) -> None:
    client, began = Client(system.servers.kafka), datetime.now(UTC)
    recorded(client, proposal("times-none"))
    event = recorded(client, rejection("times-none", time=None))
    assert began <= instant(event["ce_time"]) <= instant(event["ce_recordedtime"])


def test_another_time_or_recordedtime_under_the_same_id_is_a_repeat(system: RunningSystem) -> None:
    client, url = Client(system.servers.kafka), f"{system.url('approvals')}/v1/commands"
    recorded(client, proposal("times-again"))
    first = rejection("times-again", time=HAPPENED)
    sent = [
        first,
        first | {"recordedtime": EPOCH},
        first | {"time": "2022-06-30T20:45:00+03:00"},
        first | {"time": EPOCH},
    ]
    answers = [
        system.http.post(url, json=one, headers={"content-type": "application/cloudevents+json"}) for one in sent
    ]
    assert [answer.json()["status"] for answer in answers] == ["accepted"] * 4
    assert len({json.dumps(answer.json()["events"]) for answer in answers}) == 1


def test_effectivetime_is_refused_by_name_over_http_too(system: RunningSystem) -> None:
    url = f"{system.url('approvals')}/v1/commands"
    event = rejection("times-refused", effectivetime=HAPPENED)
    headers = {f"ce-{name}": str(value) for name, value in event.items() if name not in ("data", "datacontenttype")}
    in_headers = system.http.post(
        url, content=json.dumps(event["data"]), headers={**headers, "content-type": "application/json"}
    )
    in_json = system.http.post(
        url, json=event | {"id": "times-refused-json"}, headers={"content-type": "application/cloudevents+json"}
    )
    for answer, field in ((in_headers, "headers.ce-effectivetime"), (in_json, "effectivetime")):
        assert (answer.status_code, answer.json()["status"], answer.json()["field"]) == (400, "invalid", field)
        assert "in the attribute time" in answer.json()["remedy"]


@pytest.mark.parametrize("missing", ["ce_time", "ce_recordedtime"])
def test_an_event_without_both_times_is_no_event_of_a_service(system: RunningSystem, missing: str) -> None:
    client = Client(system.servers.kafka)
    mandate = f"times-{missing.replace('_', '-')}"
    real = recorded(client, proposal(mandate))
    source = next(r for r in client.records("approvals.events") if dict(r.headers())["ce_id"].decode() == real["ce_id"])
    cut = [(name, raw) for name, raw in source.headers() if name not in (missing, "ce_position")]
    client.raw("approvals.events", source.value(), source.key(), [*cut, ("ce_position", b"999999")])
    client.flush()
    deadline = time.monotonic() + 60
    while True:
        letters = system.http.get(f"{system.url('reporting')}/v1/dead-letters").json()["items"]
        if any(one["field"] == f"headers.{missing}" for one in letters):
            break
        assert time.monotonic() < deadline, letters
        time.sleep(0.2)
