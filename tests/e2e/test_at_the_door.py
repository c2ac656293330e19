"""What other systems have sent in earnest, and what stopped a service before: each is answered, and all else goes on.

One system of real processes; the bad commands go in over Kafka between good ones, and whatever stands behind the
commands (events, outcomes, views) must still move at the end.
"""

import json
import random
import time
from typing import Any

import pytest

from tests.e2e.test_main_path import proposal, shown
from tests.foreign import Client, Headers, binary, command, structured
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
CYRILLIC = "Я" * 2048
ROW = {
    **{"contributor": "KAZ", "as_of": "2014-07-31", "contributor_as_published": "Kazakhstan", "mission": "MINURSO"},
    **{"personnel_type": "troops", "total": 7, "published_at": "2014-08-10T00:00:00Z", "source": "UN"},
}
SAID = {
    **{"contributor": "KAZ", "statement": "s-1", "as_of": "2014-07-31", "measure": "present", "value": 7},
    "source": "an official",
}
VOTE = {"act_number": "1", "decided_on": "2022-06-30"}


def status(**changes: Any) -> dict[str, Any]:
    data = {"mission": "UNIFIL", "status": "active", "since": "2022-07-01", "authority": "a resolution"}
    return command("status", "deployments.RecordMissionStatus", "mission/UNIFIL", data | changes)


def counted(**changes: Any) -> dict[str, Any]:
    return command("row", "deployments.RecordStrengthReturn", "contributor/KAZ", ROW | changes)


def stated(**changes: Any) -> dict[str, Any]:
    return command("said", "deployments.RecordOfficialStatement", "contributor/KAZ", SAID | changes)


def voted(**changes: Any) -> dict[str, Any]:
    data = {"mandate": "nowhere", "decision": VOTE | changes}
    return command("vote", "approvals.RejectMandate", "mandate/nowhere", data)


NOISE = "".join(chr(random.Random(7).randrange(0x10000, 0x1FFFD)) for _ in range(4000))  # noqa: S311  (no secret)
INVALID: dict[str, tuple[dict[str, Any], str]] = {
    "an id with a line break": (proposal("door") | {"id": "a\nb", "source": "urn:x"}, "id"),
    "a source with a line break": (proposal("door") | {"id": "b", "source": "urn:x\na"}, "source"),
    "an id of 2,048 letters": (proposal("door") | {"id": CYRILLIC}, "id"),
    "a source of 2,048 letters": (proposal("door") | {"id": "long", "source": CYRILLIC}, "source"),
    "both of 2,048": (proposal("door") | {"id": "i" * 2048, "source": "s" * 2048}, "id"),
    "a correlation of 2,048": (proposal("door") | {"id": "corr", "correlationid": CYRILLIC}, "correlationid"),
    "a noncharacter": (proposal("door") | {"id": "nonchar", "actor": "a\uffff"}, "actor"),
    "a C1 control": (proposal("door") | {"id": "c1", "causationid": "a\x85b"}, "causationid"),
    "a time in year 1": (proposal("door") | {"id": "y1", "time": "0001-01-01T00:00:00Z"}, "time"),
    "a time in year 9999": (proposal("door") | {"id": "y9", "time": "9999-12-31T23:59:59Z"}, "time"),
    "a time without seconds": (proposal("door") | {"id": "t1", "time": "2024-03-12T09:30Z"}, "headers.ce_time"),
    "a time in GMT": (proposal("door") | {"id": "t2", "time": "2024-03-12T09:30:00GMT"}, "headers.ce_time"),
    "a leap second": (proposal("door") | {"id": "t3", "time": "2024-03-12T09:30:60Z"}, "headers.ce_time"),
    "a time in year 0": (proposal("door") | {"id": "y0", "time": "0000-01-01T00:00:00Z"}, "headers.ce_time"),
    "a recordedtime that is none": (proposal("door") | {"id": "rt", "recordedtime": "now"}, "headers.ce_recordedtime"),
    "an effectivetime": (
        proposal("door") | {"id": "et", "effectivetime": "2022-07-01T00:00:00Z"},
        "headers.ce_effectivetime",
    ),
    "another specversion": (proposal("door") | {"id": "v", "specversion": "1.1"}, "headers.ce_specversion"),
    "an unset day": (status(since="0001-01-01") | {"id": "d1"}, "data.since"),
    "a day without end": (status(since="9999-12-31") | {"id": "d2"}, "data.since"),
    "a day as seconds": (status(since="1710201600") | {"id": "d3"}, "data.since"),
    "a day without hyphens": (status(since="20240312") | {"id": "d4"}, "data.since"),
    "an instant without offset": (counted(published_at="2014-08-10T00:00:00") | {"id": "p1"}, "data.published_at"),
    "an instant as seconds": (counted(published_at="1407628800") | {"id": "p2"}, "data.published_at"),
    "a name that no index holds": (counted(contributor_as_published=NOISE) | {"id": "n1"}, "data.contributor_as"),
    "a count beyond its column": (stated(value=3_000_000_000) | {"id": "c31"}, "data.value"),
    "votes beyond their column": (voted(votes_for=3_000_000_000) | {"id": "c32"}, "data.decision.votes_for"),
    "a number of thirty digits": (stated(value=10**30) | {"id": "c33"}, "data.value"),
    "a reference of two lines": (voted(act_number="1\n2") | {"id": "r1"}, "data.decision.act_number"),
}
TAKEN: dict[str, dict[str, Any]] = {
    "a no-break space in the correlation": proposal("door-nbsp") | {"correlationid": "a\xa0b"},
    "the longest correlation": proposal("door-longest") | {"correlationid": "\U0001f600" * 256},
    "a time in lower case": proposal("door-lower") | {"time": "2022-07-01t09:00:00z"},
    "a time of unknown offset": proposal("door-offset") | {"time": "2022-07-01T09:00:00-00:00"},
    "a recordedtime of another century": proposal("door-recorded") | {"recordedtime": "1899-12-31T23:59:59Z"},
    "six characters that look like NUL": {**proposal("door-nul")},
}
TAKEN["six characters that look like NUL"]["data"]["area"] = "C:\\u0000"
TAKEN["a ceiling of 20.0"] = proposal("door-decimal")
TAKEN["a ceiling of 20.0"]["data"]["lines"] = [{**TAKEN["a ceiling of 20.0"]["data"]["lines"][0], "ceiling": 20.0}]


def sent(client: Client, event: dict[str, Any], mode: Any = binary) -> None:
    key, value, headers = mode(event)
    client.raw(f"{event['type'].split('.')[1]}.commands", value, key, headers)


@pytest.mark.parametrize("mode", [binary, structured], ids=["binary", "structured"])
def test_everything_that_is_at_fault_is_answered_under_its_identity(system: RunningSystem, mode: Any) -> None:
    client, prefix = Client(system.servers.kafka), mode.__name__
    wanted: dict[str, dict[str, tuple[str, str]]] = {"approvals": {}, "deployments": {}}
    for nr, (what, (event, field)) in enumerate(INVALID.items()):
        bad = event if "letters" in what or "2,048" in what else event | {"id": f"{event['id']}-{prefix}"}
        place = field.replace("headers.ce_", "") if mode is structured else field
        service = event["type"].split(".")[1]
        wanted[service][bad["id"]] = (what, place)
        client.send([proposal(f"door-{prefix}-{nr}")])
        sent(client, bad, mode)
    client.send([proposal(f"door-{prefix}-last")])
    good = [f"door-{prefix}-{nr}-propose" for nr in (*range(len(INVALID)), "last")]
    assert {one["status"] for one in client.outcomes("approvals", good, 120).values()} == {"accepted"}
    for service, expected in wanted.items():
        outcomes = client.outcomes(service, list(expected), 120)
        for id_, (what, place) in expected.items():
            outcome = outcomes[id_]
            assert (outcome["status"], bool(outcome["remedy"])) == ("invalid", True), (what, outcome)
            assert outcome["field"].startswith(place), (what, outcome)
            params = {"id": id_, "source": outcome["command_source"]}
            assert system.http.get(f"{system.url(service)}/v1/commands", params=params).json() == outcome, what


def test_whatever_else_looks_odd_is_taken_kept_and_found(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    client.send(TAKEN.values())
    outcomes = client.outcomes("approvals", [event["id"] for event in TAKEN.values()], 120)
    assert {one["status"] for one in outcomes.values()} == {"accepted"}, outcomes
    assert shown(system, "/v1/mandates/door-nul")["area"] == "C:\\u0000"
    for name in ("a no-break space in the correlation", "the longest correlation"):
        params = {"correlation": TAKEN[name]["correlationid"]}
        deadline = time.monotonic() + 60
        while not (events := system.http.get(f"{system.url('query')}/v1/events", params=params).json().get("items")):
            assert time.monotonic() < deadline, name
            time.sleep(0.2)
        assert [one["stream"] for one in events] == [TAKEN[name]["subject"]]


def test_a_record_without_a_key_is_taken_for_its_partitionkey(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    for mandate, wanted in (("door-key", "mandate/door-key"), ("door-other", "mandate/door-key")):
        _, value, headers = binary(proposal(mandate))
        named: Headers = [*headers, ("ce_partitionkey", wanted.encode())]
        client.raw("approvals.commands", value, None, named)
    client.flush()
    outcomes = client.outcomes("approvals", ["door-key-propose", "door-other-propose"], 120)
    assert outcomes["door-key-propose"]["status"] == "accepted"
    assert (outcomes["door-other-propose"]["status"], outcomes["door-other-propose"]["field"]) == ("invalid", "key")


def test_json_that_means_two_things_is_answered_alike_in_both_modes_and_over_http(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    cases = {"twice": ('"KAZ"', '"KAZ", "contributor": "MNG"'), "nan": ('"KAZ"', '"KAZ", "x": NaN')}
    cases |= {"surrogate": ('"President"', '"\\ud800"'), "deep": ('"KAZ"', '"KAZ", "x": ' + "[" * 300 + "]" * 300)}
    for what, (good, bad) in cases.items():
        for mode in (binary, structured):
            event = proposal(f"door-{what}") | {"id": f"{what}-{mode.__name__}"}
            key, value, headers = mode(event)
            assert good.encode() in value
            client.raw("approvals.commands", value.replace(good.encode(), bad.encode()), key, headers)
    client.flush()
    outcomes = client.outcomes("approvals", [f"{w}-{m.__name__}" for w in cases for m in (binary, structured)], 120)
    assert {one["status"] for one in outcomes.values()} == {"invalid"}
    for what, (good, bad) in cases.items():
        body = json.dumps(proposal(f"door-{what}") | {"id": f"{what}-http"}).replace(good, bad).encode()
        url = f"{system.url('approvals')}/v1/commands"
        answer = system.http.post(url, content=body, headers={"content-type": "application/cloudevents+json"})
        assert (answer.status_code, answer.json()["status"], answer.json()["command_id"]) == (
            400,
            "invalid",
            f"{what}-http",
        )
        again = system.http.get(f"{url}/{what}-http")
        assert again.json() == answer.json()


def test_after_all_of_this_what_is_recorded_still_flows(system: RunningSystem) -> None:
    client = Client(system.servers.kafka)
    client.send([counted() | {"id": "after"}, status() | {"id": "after-status"}])
    outcomes = client.outcomes("deployments", ["after", "after-status"], 120)
    assert outcomes["after"]["status"] == "accepted"
    deadline = time.monotonic() + 120
    while (
        not system.http.get(f"{system.url('query')}/v1/strength-returns", params={"contributor": "KAZ"})
        .json()
        .get("items")
    ):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    for name in system.processes:
        system.wait_ready(name)
