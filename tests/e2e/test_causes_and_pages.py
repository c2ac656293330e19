"""From any message to its causes and effects, across services; and the pages that show it beside its proof."""

import html
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from typer.testing import CliRunner

from cli.demo import run
from cli.main import app
from contracts.registry import SERVICES
from deploy.local.endpoints import Endpoints
from kernel.runtime.settings import Settings
from tests.e2e.test_main_path import proposal
from tests.faults import check
from tests.foreign import Client
from tests.system import BEARER, RunningSystem

pytestmark = pytest.mark.servers
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def audit(system: RunningSystem) -> Iterator[httpx.Client]:
    """The archive's HTTP side after the story, quiet, with every record findable."""
    addresses = Endpoints(system.servers.kafka, {"query": system.url("query")})
    run.send_story(addresses, Settings(kafka_bootstrap=addresses.kafka_bootstrap), lambda _: None)
    hostile = HOSTILE.encode()
    foreign = Client(system.servers.kafka)
    foreign.raw("approvals.commands", hostile, hostile, [("ce_actor", hostile)])
    foreign.flush()
    system.http.post(
        f"{system.url('approvals')}/v1/commands",
        content=json.dumps(proposal("over-http")["data"]),
        headers={f"ce-{name}": value for name, value in proposal("over-http").items() if name != "data"}
        | {"content-type": "application/json"},
    )
    check.wait_for_quiet(system, 60)
    with httpx.Client(base_url=system.url("audit"), headers=BEARER, timeout=30) as client:
        deadline = time.monotonic() + 60
        while client.get("/v1/messages", params={"limit": 1}).json()["behind"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield client


def messages(audit: httpx.Client, **sought: Any) -> list[dict[str, Any]]:
    """All that is found, page by page."""
    items: list[dict[str, Any]] = []
    following: dict[str, str] | None = {}
    while following is not None:
        answer = audit.get("/v1/messages", params={**sought, **following, "limit": 7})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        items += body["items"]
        following = {"cursor": body["next"]} if body["next"] else None
    return items


def walked(cause: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield cause
    for each in cause["caused"]:
        yield from walked(each)


def test_a_search_finds_what_was_sent_and_pages_through_it(system: RunningSystem, audit: httpx.Client) -> None:
    records = Client(system.servers.kafka).records("deployments.events")
    line = "line/kz-2013/observers"
    offsets = {record.offset() for record in records if record.key() == line.encode()}
    hits = messages(audit, stream=line, topic="deployments.events")
    assert {one["offset"] for one in hits} == offsets
    assert [one["leaf"] for one in hits] == sorted((one["leaf"] for one in hits), reverse=True)
    typed = messages(audit, type="forcegen.deployments.TourArrived")
    assert len(typed) == sum(dict(r.headers())["ce_type"] == b"forcegen.deployments.TourArrived" for r in records)
    actor = next(one["actor"] for one in hits if one["actor"])
    assert all(one["actor"] == actor for one in messages(audit, actor=actor, stream=line))
    middle = sorted(one["recorded"] for one in hits)[len(hits) // 2]
    before = messages(audit, stream=line, recorded_until=middle)
    after = messages(audit, stream=line, recorded_since=middle)
    assert len(before) + len(after) == len(messages(audit, stream=line))


def test_a_vote_in_one_service_is_the_cause_of_what_others_did(audit: httpx.Client) -> None:
    """Given an event that a policy of another service followed, then command, event and that service's answer hang
    together, whichever of them is asked about."""
    lines = messages(audit, type="forcegen.deployments.LineOpened")
    assert lines, "the story opens lines in deployments because parliament approved them"
    causes = audit.get("/v1/causes", params={"event": lines[0]["id"]}).json()
    (root,) = causes["trees"]
    nodes = list(walked(root))
    assert {one["topic"].partition(".")[0] for one in nodes} >= {"approvals", "deployments"}
    assert root["kind"] == "command" and root["topic"] == "approvals.commands"
    assert lines[0]["leaf"] == causes["subject"]
    for cause in nodes:
        for each in cause["caused"]:
            place = "{topic}/{part}/{offset}".format(**cause)
            assert each["cause"] in (place, cause["id"])
    last = max(nodes, key=lambda one: one["leaf"])
    place = f"{last['topic']}/{last['part']}/{last['offset']}"
    again = audit.get("/v1/causes", params={"at": place}).json()
    assert {one["leaf"] for one in walked(again["trees"][0])} == {one["leaf"] for one in nodes}


def test_what_came_over_http_is_in_the_log_as_it_came(audit: httpx.Client) -> None:
    (event,) = messages(audit, stream="mandate/over-http", topic="approvals.events")
    causes = audit.get("/v1/causes", params={"event": event["id"]}).json()
    (root,) = causes["trees"]
    assert (causes["beyond"], root["kind"], root["topic"]) == (None, "command", "approvals.admitted")
    assert (root["id"], root["reference"]) == (proposal("over-http")["id"], event["causeplace"])
    assert {each["kind"] for each in root["caused"]} == {"event", "outcome"}


def test_a_forged_earlier_record_with_the_same_id_does_not_become_the_cause(
    system: RunningSystem, audit: httpx.Client
) -> None:
    """Given that somebody sent another command under the id of the next one, then each stands above what came of it."""
    theirs = proposal("forged") | {"id": "same-id", "source": "urn:forger"}
    foreign = Client(system.servers.kafka)
    foreign.send([theirs])
    foreign.outcomes("approvals", ["same-id"])
    own = proposal("genuine") | {"id": "same-id"}
    media_type = {"content-type": "application/cloudevents+json"}
    answer = system.http.post(f"{system.url('approvals')}/v1/commands", json=own, headers=media_type)
    assert answer.json()["status"] == "accepted", answer.text
    check.wait_for_quiet(system, 60)
    deadline = time.monotonic() + 60
    while audit.get("/v1/messages", params={"limit": 1}).json()["behind"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for mandate, topic in (("forged", "approvals.commands"), ("genuine", "approvals.admitted")):
        (event,) = messages(audit, stream=f"mandate/{mandate}", topic="approvals.events")
        (root,) = audit.get("/v1/causes", params={"event": event["id"]}).json()["trees"]
        assert (root["id"], root["topic"], root["stream"]) == ("same-id", topic, f"mandate/{mandate}")
        assert [each["id"] for each in root["caused"] if each["kind"] == "event"] == [event["id"]]


def test_every_event_of_the_story_hangs_under_a_cause(audit: httpx.Client) -> None:
    for service in SERVICES:
        for event in messages(audit, topic=f"{service}.events")[:40]:
            causes = audit.get("/v1/causes", params={"event": event["id"]}).json()
            leaves = [one["leaf"] for root in causes["trees"] for one in walked(root)]
            assert event["leaf"] in leaves
            assert len(leaves) == len(set(leaves))


def test_the_command_line_draws_the_tree(system: RunningSystem, audit: httpx.Client) -> None:
    (event, *_) = messages(audit, type="forcegen.deployments.LineOpened")
    command = ["audit", "trace", event["id"], "--audit-url", system.url("audit")]
    drawn = CliRunner().invoke(app, command)
    assert (drawn.exit_code, "(this message)" in drawn.output, "approvals.commands" in drawn.output) == (0, True, True)
    tree = json.loads(CliRunner().invoke(app, [*command, "--json"]).output)
    assert tree["subject"] == event["leaf"]
    nothing = CliRunner().invoke(app, ["audit", "trace", "nothing", "--audit-url", system.url("audit")])
    assert nothing.exit_code == 1


@pytest.mark.parametrize(
    ("path", "field"),
    [
        *(("/v1/causes", "event"), ("/v1/causes?event=a&at=a.b/0/0", "event"), ("/v1/causes?at=x", "at")),
        *(
            ("/v1/messages?limit=0", "limit"),
            ("/v1/messages?recorded_since=yesterday", "recorded_since"),
            ("/v1/messages?a=b", "a"),
        ),
        *(
            ("/v1/messages?stream=%00", "stream"),
            ("/v1/messages?cursor=-1", "cursor"),
            ("/?recorded_since=x", "recorded_since"),
        ),
        *(
            ("/v1/messages?recorded_until=0001-01-01T00:00:00%2B23:59", "recorded_until"),
            ("/v1/anchors?position=x", "position"),
        ),
    ],
)
def test_a_question_that_cannot_be_answered_says_which_part(audit: httpx.Client, path: str, field: str) -> None:
    answer = audit.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.text
    assert answer.json()["field"] == field
    assert answer.json()["remedy"]


@pytest.mark.parametrize("path", ["/v1/causes?event=nothing", "/v1/causes?at=a.b/999999999/1", "/messages/a.b/0/1"])
def test_what_is_not_there_is_said_so(audit: httpx.Client, path: str) -> None:
    answer = audit.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), answer.text


def page(audit: httpx.Client, path: str) -> str:
    answer = audit.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return answer.text


def test_the_first_page_shows_how_the_log_stands_and_finds(audit: httpx.Client) -> None:
    stands = audit.get("/v1/status").json()
    assert (stands["continues"], stands["unplaced"], stands["problems"]) == (True, 0, [])
    text = page(audit, "/")
    assert f"{stands['size']:,}" in text
    assert html.escape(stands["checkpoint"].split("\n")[0]) in text
    results = page(audit, "/?stream=line/kz-2013/observers")
    assert "line/kz-2013/observers" in results and "mandate/kz-2018" not in results
    older = re.search(r'href="([^"]*cursor=[^"]*)"', results)
    assert older and page(audit, html.unescape(older[1])) != results


def test_a_message_stands_beside_its_causes_its_bytes_and_its_proof(audit: httpx.Client) -> None:
    (event, *_) = messages(audit, type="forcegen.deployments.LineOpened")
    text = page(audit, f"/messages/{event['topic']}/{event['part']}/{event['offset']}")
    assert "computed now, from the bytes above" in text
    assert event["id"] in text and "approvals.commands" in text and "ce_causationid" in text, text


def test_what_a_record_holds_is_shown_and_never_run(audit: httpx.Client) -> None:
    """Given a record that is no event and full of markup, then it is a dead letter, found, and shown as text."""
    (raw,) = messages(audit, stream=HOSTILE, topic="approvals.commands")
    (letter,) = messages(audit, stream=HOSTILE, topic="approvals.dead-letters")
    causes = audit.get("/v1/causes", params={"at": f"{letter['topic']}/{letter['part']}/{letter['offset']}"}).json()
    assert [one["leaf"] for one in walked(causes["trees"][0])] == [raw["leaf"], letter["leaf"]]
    for path in ("/", f"/messages/{raw['topic']}/{raw['part']}/{raw['offset']}", f"/?stream={HOSTILE}"):
        text = page(audit, path)
        assert HOSTILE not in text
        assert html.escape(HOSTILE) in text or "&lt;script&gt;" in text


def test_a_record_that_was_changed_is_said_to_be(system: RunningSystem, audit: httpx.Client) -> None:
    (event, *_) = messages(audit, type="forcegen.deployments.TourArrived")
    place = (event["topic"], event["part"], event["offset"])
    with psycopg.connect(system.dsn("audit"), autocommit=True) as connection:
        kept = connection.execute(
            'SELECT value FROM records WHERE (topic, part, "offset") = (%s, %s, %s)', place
        ).fetchone()
        change = 'UPDATE records SET value = %s WHERE (topic, part, "offset") = (%s, %s, %s)'
        connection.execute(change, (b"{}", *place))
        assert "the record was changed" in page(audit, "/messages/{}/{}/{}".format(*place))
        assert kept
        connection.execute(change, (kept[0], *place))
        assert "computed now" in page(audit, "/messages/{}/{}/{}".format(*place))
