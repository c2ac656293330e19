"""As a caller who is bound to one State: what tells of another besides rows is silent as well."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import pytest

from contracts.deployments import TourArrived
from services.reporting.lists.catalogue import ONE_BY_ID
from services.reporting.projector.projector import Projector
from services.reporting.query.scope import NotScoped
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.parameters import ReportParameters
from services.reporting.reports.receipts import receipt_of, state
from tests.scope import histories
from tests.scope.conftest import Caller, TwoStates


async def test_scope_names_in_404_are_those_of_the_caller(two_states: TwoStates, caller: Caller) -> None:
    """Also where another caller's question has just made the process learn the name."""
    for parameter, kind in (("contributor", "ZZZ"), ("mandate", "no-such"), ("line", "no-such/line"), ("unit", "none")):
        path = {"unit": "/v1/units/none", "line": "/v1/reports/headroom"}.get(parameter, "/v1/reports/strength")
        answer = await caller.http.get(path, params={} if parameter == "unit" else {parameter: kind})
        assert answer.status_code in (400, 404)
        assert two_states.seen(answer.content) == [], parameter
    for params in ({"contributor": histories.THEIRS}, {"mandate": "kz-2013-bravo"}):
        caller.scope = None
        assert (await caller.http.get("/v1/reports/headroom", params=params)).status_code == 200
        caller.scope = frozenset({histories.OURS})
        refused = await caller.http.get("/v1/reports/headroom", params=params)
        assert refused.status_code == 404, "a name that another scope knows is one that this one does not"


async def test_scope_what_is_foreign_and_what_is_unknown_are_refused_alike(caller: Caller) -> None:
    """The text but for the name that was sent, and the status; both names are as near to one of ours."""
    for name in ONE_BY_ID:
        theirs, nobody = histories.ids("bravo")[name], histories.ids("bravu")[name]
        answers = [await caller.http.get(f"/v1/{name}/{thing}") for thing in (theirs, nobody)]
        assert [answer.status_code for answer in answers] == [404, 404], name
        assert answers[0].text.replace(theirs, nobody) == answers[1].text, name
    for path in (f"/tours/{histories.ids('bravo')['tours']}", f"/lines/{histories.ids('bravo')['lines']}"):
        assert (await caller.http.get(path)).status_code == 404


async def test_scope_what_is_foreign_is_looked_up_by_the_statements_of_what_is_unknown(caller: Caller) -> None:
    """So the one takes as long as the other. That is compared, since no clock decides a test."""
    for name in ONE_BY_ID:
        ran: list[list[str]] = []
        for owner in ("bravo", "nobody"):
            caller.statements.clear()
            assert (await caller.http.get(f"/v1/{name}/{histories.ids(owner)[name]}")).status_code == 404
            ran.append([*caller.statements])
        assert ran[0] == ran[1], name
        assert ran[0], name


async def test_scope_an_event_of_another_is_not_found_by_its_id(two_states: TwoStates, caller: Caller) -> None:
    theirs = histories.id_of(two_states.log, TourArrived, histories.THEIRS)
    assert (await caller.http.get(f"/events/{theirs}")).status_code == 404
    listed = await caller.http.get("/v1/events", params={"event": str(theirs)})
    assert listed.json().get("items", []) == []


async def test_scope_a_search_finds_what_is_foreign_as_little_as_what_is_unknown(
    two_states: TwoStates, caller: Caller
) -> None:
    """By every kind of id; whoever reads every State finds it, so that there is something to be found."""
    their_arrival = histories.id_of(two_states.log, TourArrived, histories.THEIRS)
    event = next(one for one in two_states.log if one.id == their_arrival)
    names = [histories.ids("bravo")[name] for name in ONE_BY_ID if name not in ("missions", "frameworks")]
    for text in (*names, "post-bravo", str(event.id), str(event.correlation_id)):
        caller.scope = frozenset({histories.OURS})
        answers = [await caller.http.get("/search.json", params={"q": each}) for each in (text, "no-such-thing")]
        assert answers[0].content == answers[1].content, text
        assert (await caller.http.get("/search", params={"q": text})).status_code == 200, "it leads to no thing"
        caller.scope = None
        assert (await caller.http.get("/search.json", params={"q": text})).json()["sections"]["hits"]["rows"], text


async def test_scope_pages_and_cursors_hold_the_rows_of_the_caller(two_states: TwoStates, caller: Caller) -> None:
    """Page by page; and from a cursor that was given to somebody who sees every State."""
    for path in ("/v1/tours", "/v1/events", "/v1/reports/tours" if "tours" in REPORTS else "/v1/reports/strength"):
        caller.scope = frozenset({histories.OURS})
        async for page in _pages(caller.http, path):
            assert two_states.seen(page.content) == [], path
        caller.scope = None
        cursors = [page.json()["next"] async for page in _pages(caller.http, path)]
        caller.scope = frozenset({histories.OURS})
        for cursor in filter(None, cursors):
            answer = await caller.http.get(path, params={"limit": 100, "cursor": cursor})
            content = answer.content.replace(cursor.encode(), b"")
            assert two_states.seen(content) == [], path


async def _pages(http: httpx.AsyncClient, path: str) -> AsyncIterator[httpx.Response]:
    cursor: dict[str, str] = {}
    while True:
        page = await http.get(path, params={"limit": 5, **cursor})
        assert page.status_code == 200, page.text
        yield page
        if page.json()["next"] is None:
            return
        cursor = {"cursor": page.json()["next"]}


async def test_scope_wait_for_answers_a_foreign_stream_like_an_unknown_one(caller: Caller) -> None:
    """As much is missing of it, and it takes as long."""
    answers, took = [], []
    for line in (histories.ids("bravo")["lines"], histories.ids("nobody")["lines"]):
        began = time.monotonic()
        params: dict[str, Any] = {"wait_for": f"deployments:line/{line}:2", "timeout": 0.5}
        answers.append((await caller.http.get("/v1/reports/strength", params=params)).json()["freshness"])
        took.append(time.monotonic() - began)
    assert answers[0] == answers[1] == {"state": "stale", "behind_events": 2}
    assert min(took) >= 0.5, "a wait that ends before its time tells that the stream is there"
    own: dict[str, Any] = {"wait_for": f"deployments:line/{histories.ids('alpha')['lines']}:2", "timeout": 5}
    assert (await caller.http.get("/v1/reports/strength", params=own)).json()["freshness"]["state"] == "fresh"


async def test_scope_parked_events_are_those_of_the_caller(two_states: TwoStates, caller: Caller) -> None:
    parked = (await caller.http.get("/v1/parked")).json()["items"]
    assert [item["id"] for item in parked] == [str(histories.waiting(two_states.log, histories.OURS).id)]
    caller.scope = None
    assert len((await caller.http.get("/v1/parked")).json()["items"]) == 2


async def test_scope_what_waits_of_another_makes_no_answer_incomplete(two_states: TwoStates, caller: Caller) -> None:
    for scope, expected in ((frozenset({histories.OURS}), True), (frozenset({"ZZZ"}), False), (None, True)):
        caller.scope = scope
        answer = (await caller.http.get("/v1/reports/strength", params={"as_of": "2014-09-01"})).json()
        assert answer["incomplete"] == expected, scope


async def test_scope_a_receipt_names_its_states_and_counts_what_waits_of_them(two_states: TwoStates) -> None:
    scope = frozenset({histories.OURS})
    async with two_states.pools() as pools, pools.connection(scope, is_snapshot=True) as connection:
        views = await state(connection)
    assert views.parked["deployments"] == 1
    params, archive = ReportParameters(), {"checkpoint": ""}
    receipt = receipt_of("strength", params, {"as_of": "2014-09-01"}, views, archive, scope)
    assert receipt["contributors"] == [histories.OURS]
    assert two_states.seen(json.dumps(receipt).encode()) == []
    assert "contributors" not in receipt_of("strength", params, {"as_of": "2014-09-01"}, views, archive)


async def test_scope_connections_see_nothing_until_states_are_named(two_states: TwoStates) -> None:
    """Pool reuse: after an answer, after an error, and after a request that was cancelled, the next sees its own."""
    scope = frozenset({histories.THEIRS})
    async with two_states.pools() as pools:
        assert pools.scoped is not None
        for _ in range(3):
            async with pools.connection(scope) as connection:
                assert await connection.fetchval("SELECT count(*) FROM tours") == 2
            with pytest.raises(ZeroDivisionError):
                async with pools.connection(scope) as connection:
                    raise ZeroDivisionError
            cancelled = asyncio.create_task(_sleep(pools, scope))
            await asyncio.sleep(0.1)
            cancelled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cancelled
        for _ in range(4):
            async with pools.scoped.acquire() as bare:
                assert await bare.fetchval("SELECT current_user::text") == "named_states_reader"
                assert await bare.fetchval("SELECT count(*) FROM tours") == 0
        async with pools.connection(frozenset()) as connection:
            assert await connection.fetchval("SELECT count(*) FROM tours") == 0


async def _sleep(pools: Any, scope: frozenset[str]) -> None:
    async with pools.connection(scope) as connection:
        await connection.execute("SELECT pg_sleep(30)")


async def test_scope_without_connections_for_it_is_refused_and_not_answered_unscoped(two_states: TwoStates) -> None:
    async with two_states.pools() as pools:
        alone = type(pools)(pools.unscoped)
        with pytest.raises(NotScoped):
            async with alone.connection(frozenset({histories.OURS})):
                pass


class Stream:
    """What a follower was sent."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def until(self, view: str) -> bytes:
        """Everything up to a change of a view."""
        content = ""
        async with asyncio.timeout(20):
            async for line in self._lines:
                content += f"{line}\n"
                if f'"view": "{view}"' in line:
                    return content.encode()
        raise AssertionError(content)


async def test_scope_the_stream_of_changes_live_and_resumed_holds_changes_of_the_caller(
    two_states: TwoStates, caller: Caller
) -> None:
    """Live; from the first change on; and what is everybody's comes to everybody."""
    headers = {"Last-Event-ID": "0"}
    async with caller.http.stream("GET", "/v1/changes", headers=headers) as resumed:
        past = await Stream(resumed.aiter_lines()).until("events")
    assert b"t-1-alpha" in past
    assert b'"view": "missions"' in past
    assert b'"v-1"' in past
    assert b"v-own-alpha" in past
    assert two_states.seen(past) == []
    async with caller.http.stream("GET", "/v1/changes") as live:
        stream = Stream(live.aiter_lines())
        async with two_states.session("reporting") as owner, owner.transaction():
            for state_ in (histories.THEIRS, histories.OURS):
                again = histories.waiting(two_states.log, state_)
                await Projector().apply(owner, [replace(again, version=901)])
            await owner.execute(
                "WITH head AS (UPDATE change_head SET last = last + 2 RETURNING last)"
                " INSERT INTO changes (number, view, contributor, ids, rows)"
                " SELECT last - 1, 'tours', 'BOL', '[\"bravo\"]'::json, 1 FROM head"
                " UNION ALL SELECT last, 'tours', 'KAZ', '[\"alpha\"]'::json, 1 FROM head"
            )
            await owner.execute("SELECT pg_notify('forcegen_changes', '')")
        now = await stream.until("tours")
    assert b"alpha" in now
    assert two_states.seen(now) == []


async def test_scope_a_flood_of_notify_by_a_reader_changes_nothing_that_followers_are_sent(
    two_states: TwoStates, caller: Caller, ours: asyncpg.Connection
) -> None:
    """Anybody may notify (Postgres has no right for it): what is said is no change, but a hint to look for changes."""
    async with caller.http.stream("GET", "/v1/changes", params={"views": "units"}) as live:
        stream = Stream(live.aiter_lines())
        for nr in range(5):
            await ours.execute(
                "SELECT pg_notify('forcegen_changes', json_build_object('view', 'units', 'said', $1 || nr)::text)"
                " FROM generate_series(1, 2000) AS nr",
                f"{nr}-",
            )
        async with two_states.session("reporting") as owner:
            await owner.execute(
                "WITH head AS (UPDATE change_head SET last = last + 1 RETURNING last)"
                " INSERT INTO changes (number, view, contributor, ids, rows)"
                " SELECT last, 'units', 'KAZ', '[\"alpha\"]'::json, 1 FROM head"
            )
        sent = await stream.until("units")
    assert sent.count(b'"view": "units"') == 1
    assert b'"alpha"' in sent
