"""As a caller who is bound to one State: every route of the query API, and nothing of another State."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from starlette.routing import compile_path

from contracts.deployments import TourPlanned
from kernel.http.permits import routes_of
from services.reporting.http.app import build
from services.reporting.lists.catalogue import LISTS, ONE_BY_ID
from services.reporting.pages.routes import TWINS
from services.reporting.reports.catalogue import REPORTS
from tests.integration.test_analysts import NEEDED
from tests.scope import histories
from tests.scope.conftest import Caller, TwoStates

BOTH = frozenset({histories.OURS, histories.THEIRS})
OUR_TOUR = "kz-2013-alpha/observers-alpha/t-1-alpha"
REQUIRED: dict[str, dict[str, Any]] = {
    **{name.replace("_", "-"): {field: str(value) for field, value in given.items()} for name, given in NEEDED.items()},
    "events-behind": {"tour": OUR_TOUR},
    "timeline": {"since": "2014-01-01"},
    "must-come-home": {"mission": "UNIFIL", "closes_on": "2014-11-01"},
}
PAGES_OF_THINGS = {
    **{"/mandates": "mandates", "/vacancies": "vacancies", "/applications": "applications"},
    **{"/nominations": "nominations", "/people": "candidates", "/units": "units"},
}
"""The paths of pages of one thing, and the lists that the things are in."""
COMPARISON_FORMS: tuple[dict[str, str], ...] = (
    *({"format": "json"}, {"format": "csv"}, {"format": "csv", "section": "events"}, {"format": "xlsx"}),
)
MOMENTS: tuple[dict[str, str], ...] = ({}, {"as_of": "2014-09-01"}, {"as_known_at": "2026-01-01T00:00:00Z"})


def questions(two_states: TwoStates) -> Iterator[tuple[str, dict[str, str]]]:
    """Every GET route of the API, as of several moments, with what each requires."""
    for name in LISTS:
        yield f"/v1/{name}", {}
    for name in ONE_BY_ID:
        yield f"/v1/{name}/{histories.ids('alpha')[name]}", {}
    yield "/v1/reports", {}
    for name in REPORTS:
        for form in ("json", "csv", "parquet", "xlsx"):
            yield f"/v1/reports/{name}", {"format": form, **REQUIRED.get(name, {})}
        given = {"before_as_of": "2014-10-01", **REQUIRED.get(name, {})}
        yield from ((f"/v1/reports/{name}/compare", {**given, **form}) for form in COMPARISON_FORMS)
    yield "/v1/reports/strength", {"source": "returns"}
    line, event = "kz-2013-alpha/observers-alpha", histories.id_of(two_states.log, TourPlanned, histories.OURS)
    for page in ("/overview", "/missions/MINURSO", f"/lines/{line}", f"/tours/{OUR_TOUR}", "/pipeline", "/ending"):
        yield from ((f"{page}{suffix}", {}) for suffix in ("", *TWINS))
    for page in ("/raised", "/timeline", "/events", f"/events/{event}", "/strength"):
        yield from ((f"{page}{suffix}", {}) for suffix in ("", *TWINS))
    for page in ("/questions", "/ceilings", "/since", "/unused", "/documents", "/lead-times", "/moved", "/returns"):
        yield from ((f"{page}{suffix}", {}) for suffix in ("", *TWINS))
    yield from ((f"/closing{suffix}", {}) for suffix in ("", *TWINS))
    for name in ("missions", "mandates", "lines", "tours", "search"):
        yield from ((f"/{name}{suffix}", {}) for suffix in ("", *TWINS))
    for path, name in PAGES_OF_THINGS.items():
        yield from ((f"{path}/{histories.ids('alpha')[name]}{suffix}", {}) for suffix in ("", *TWINS))
    for text in ("kz-2013", "v-", "p-", "nv-1", "kazbat", "UN", "post-alpha", str(event)):
        yield "/search.json", {"q": text}
    yield "/", {}
    yield f"/lines/{line}/occupancy.svg", {}
    yield "/strength.svg", {"mission": "MINURSO"}
    yield "/compare", {"before_as_of": "2014-10-01"}
    for path in (
        "/v1/position",
        "/v1/parked",
        "/openapi.json",
        "/docs",
        "/docs/assets/api.js",
        "/v1/reports/none",
        "/static/pages.css",
    ):
        yield path, {}


def unpacked(content: bytes) -> bytes:
    """What a file holds: a workbook is a ZIP archive, in which nothing could be looked for."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


async def test_as_one_state_no_route_answers_a_byte_of_another(two_states: TwoStates, caller: Caller) -> None:
    """Now, as of a day, and as known at an instant; the same routes show somebody of both States what is looked for."""
    of_both = b""
    for path, params in questions(two_states):
        is_dated = path.startswith("/v1/") and not path.endswith(("/position", "/parked", "/none", "/reports"))
        for moment in MOMENTS if is_dated and params.get("format", "json") == "json" else MOMENTS[:1]:
            answer = await caller.http.get(path, params={**params, **moment})
            assert answer.status_code in (200, 400, 404), (path, answer.text)
            assert two_states.seen(unpacked(answer.content)) == [], (path, params, moment)
    caller.scope = BOTH
    for path in ("/v1/tours", "/v1/events", "/v1/strength-returns", "/v1/reports/who-is-where", "/overview"):
        of_both += (await caller.http.get(path, params={"as_of": "2014-11-01"})).content
    workbook = await caller.http.get("/v1/reports/who-is-where", params={"as_of": "2014-11-01", "format": "xlsx"})
    assert two_states.seen(unpacked(workbook.content)), "a workbook shows what is looked for to somebody of both States"
    assert set(two_states.seen(of_both)) >= {value for value in two_states.foreign if b"-" not in value}


def test_every_route_of_the_api_is_among_the_questions(two_states: TwoStates) -> None:
    """A route that is added is requested, or is one of the stream of changes, which has tests of its own."""
    requested = [path for path, _ in questions(two_states)]
    sign_in = ("/sign-in", "/sign-in/provider", "/sign-in/callback", "/sign-out")
    elsewhere = ("/v1/changes", "/docs/assets", "/static", *sign_in)
    missing = [
        path
        for method, path in routes_of(build(None))  # type: ignore[arg-type]
        if path not in elsewhere and not any(compile_path(path)[0].match(each) for each in requested)
    ]
    assert missing == []


async def test_a_workbook_says_whose_rows_it_has(caller: Caller) -> None:
    caller.scope = frozenset({histories.OURS})
    comparison = "/v1/reports/strength/compare?format=xlsx&before_as_of=2014-10-01"
    for address in ("/v1/reports/strength?format=xlsx", "/overview.xlsx", comparison):
        content = unpacked((await caller.http.get(address)).content)
        assert f"<t>{histories.OURS}</t>".encode() in content
        assert b"every State" not in content


async def test_no_suggestion_names_what_another_state_has_on_record(two_states: TwoStates, caller: Caller) -> None:
    """A name with a slip is answered with the nearest one that the reader may see, whatever is nearer besides."""
    slips = {name: item[:-1] for name, item in histories.ids("beta").items()}
    addresses = [f"/v1/{name}/{slip}" for name, slip in slips.items()]
    addresses += [f"/search?q={quote(slip)}" for slip in slips.values()]
    addresses += [
        f"/v1/tours?{kind}={quote(slips[name])}" for kind, name in (("mandate", "mandates"), ("line", "lines"))
    ]
    suggested = set[str]()
    for scope in (frozenset({histories.OURS}), BOTH):
        caller.scope = scope
        for address in addresses:
            answer = await caller.http.get(address, headers={"Accept": "text/html"})
            if scope != BOTH:
                assert two_states.seen(answer.content) == [], address
            elif "Did you mean" in answer.text:
                suggested |= {address} if two_states.seen(answer.content) else set()
    assert len(suggested) > len(slips), "somebody of both States is shown what is nearest"


async def test_as_one_state_each_report_is_the_unscoped_one_narrowed_to_that_state(caller: Caller) -> None:
    """Rows, totals, what is said to be incomplete, and what was compared, also where there are no rows. (A State's
    timeline leaves out what the UN does; R5 compares several States, so the returns of one alone are no evidence.)"""
    ours = frozenset({histories.OURS})
    for name, day in ((name, day) for name in REPORTS for day in ("2014-11-01", "2001-01-01", "2040-01-01")):
        report = REPORTS[name]
        params = {**REQUIRED.get(name, {}), "as_of": day}
        if "since" in params:
            params["since"] = day
        narrowed = {"contributor": histories.OURS} if "contributor" in report.parameters else {}
        parts = ("rows", "totals", "incomplete", *(["evidence"] if name != "mislabelled-returns" else []))
        answers = []
        for scope, more in ((None, narrowed), (ours, narrowed), *([(ours, {})] if name != "timeline" else [])):
            caller.scope = scope
            answer = await caller.http.get(f"/v1/reports/{name}", params={**params, **more})
            assert answer.status_code == 200, (name, answer.text)
            answers.append([answer.json()[part] for part in parts])
        assert all(each == answers[0] for each in answers), (name, day)
