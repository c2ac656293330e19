"""Every parameter of every route of every service, as its document declares it, with what no parameter can be.

A route that is new is held to this by being in the document.
"""

from typing import Any

import pytest

from tests.strangers import HEADERS, ODD, UNTEXT, Question, Stranger, questions, routes
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
SERVICES = ("approvals", "vacancies", "deployments", "reporting", "query", "audit")
ANSWERED = ("a line break", "DEL", "a C1 control", "a noncharacter", "a noncharacter of another plane")
"""They are no names; but a command under such an id is answered `invalid`, and its answer can be asked for."""
STANDING = ("/readyz", "/healthz/progress")
"""They answer 503 where something does not move, for everybody."""
CHANGING = ("/v1/lag", "/v1/access", "/v1/status", "/v1/readings", *STANDING)
"""They say something else from one moment to the next."""
CALENDAR = ("the unset day", "the last of all days", "a day too early", "a day too late", "a day that is none")
NO_DAYS = (*CALENDAR, "a day without hyphens", "a day as seconds", "an instant without offset")
NO_NUMBERS = (
    "10^30",
    "less than nothing",
    "a plus",
    "an underscore",
    "digits of another script",
    "a decimal",
    "no number",
)


def document(system: RunningSystem, service: str) -> dict[str, Any]:
    url = system.url(service)
    if url not in _DOCUMENTS:
        _DOCUMENTS[url] = system.http.get(f"{url}/openapi.json", timeout=120).json()
    return _DOCUMENTS[url]


_DOCUMENTS: dict[str, dict[str, Any]] = {}


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_no_text_is_refused_by_the_name_of_its_parameter(system: RunningSystem, service: str) -> None:
    with Stranger(system.url(service)) as stranger:
        for one in questions(document(system, service)):
            for what, text in UNTEXT.items():
                answer = stranger.send(one.method, one.target(text))
                if one.path.startswith("/v1/commands") and one.where == "query" and what in ANSWERED:
                    assert answer.status == 404, (one, what, answer)
                    continue
                assert answer.status == 400, (one.method, one.path, one.name, what, answer)
                named = {one.name, "path"} if one.where == "path" else {one.name}
                assert answer.problem["field"] in named, (one, what, answer)
                assert answer.problem["remedy"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_parameter_that_is_empty_doubled_or_unknown_is_refused_by_name(system: RunningSystem, service: str) -> None:
    with Stranger(system.url(service)) as stranger:
        for path, target in routes(document(system, service)):
            answer = stranger.send("GET", f"{target}{'&' if '?' in target else '?'}unheard-of=1")
            assert (answer.status, answer.problem["field"]) == (400, "unheard-of"), (path, answer)
        for one in questions(document(system, service)):
            if one.where != "query":
                continue
            answer = stranger.send(one.method, one.target(""))
            assert (answer.status, answer.problem["field"]) == (400, one.name), (one, answer)
            if not one.repeats:
                answer = stranger.send(one.method, one.target("1", twice=True))
                assert (answer.status, answer.problem["field"]) == (400, one.name), (one, answer)
                assert "once" in answer.problem["remedy"]


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_in_a_parameter_makes_a_fault_of_the_service(system: RunningSystem, service: str) -> None:
    with Stranger(system.url(service)) as stranger:
        for one in questions(document(system, service)):
            for what, text in ODD.items():
                answer = stranger.send(one.method, one.target(text))
                assert answer.status < 500, (one.method, one.path, one.name, what, answer)
                if answer.status >= 400:
                    assert answer.problem["detail"], (one, what, answer)
                if not fits(one, what, document_schema(system, service, one)):
                    assert answer.status == 400, (one, what, answer)
                    assert answer.problem["field"] == one.name, (one, what, answer)


def document_schema(system: RunningSystem, service: str, one: Question) -> dict[str, Any]:
    declared = document(system, service)["paths"][one.path][one.method.lower()]["parameters"]
    schema: dict[str, Any] = next(p["schema"] for p in declared if p["name"] == one.name)
    return next((o for o in schema.get("anyOf", ()) if o.get("type") != "null"), schema)


def fits(one: Question, what: str, schema: dict[str, Any]) -> bool:
    """Whether this may be a value of it at all."""
    if schema.get("format") in ("date", "date-time"):
        return what not in NO_DAYS
    if schema.get("type") == "integer":
        return what not in NO_NUMBERS
    return True


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_in_a_header_makes_a_fault_of_the_service(system: RunningSystem, service: str) -> None:
    with Stranger(system.url(service)) as stranger:
        documented = [target for _, target in routes(document(system, service)) if target not in STANDING]
        for target in (*documented, "/", "/no", "/static/page.css", "/docs"):
            for name, values in HEADERS.items():
                for value in values:
                    answer = stranger.send("GET", target, {name: value})
                    assert answer.status < 500 or answer.status == 501, (target, name, value, answer)


@pytest.mark.parametrize("service", SERVICES)
def test_head_is_get_without_the_body_and_other_methods_are_answered_with_those_there_are(
    system: RunningSystem, service: str
) -> None:
    with Stranger(system.url(service)) as stranger:
        for path, target in routes(document(system, service)):
            got, head = stranger.send("GET", target), stranger.send("HEAD", target)
            assert (head.status, head.body) == (got.status, b""), (target, got, head)
            changing = {"date", "content-length"} if path in CHANGING else {"date"}
            assert {n: v for n, v in head.headers.items() if n not in changing} == {
                n: v for n, v in got.headers.items() if n not in changing
            }, target
            for method in ("DELETE", "PUT", "PATCH", "TRACE", "FOO", "OPTIONS"):
                refused = stranger.send(method, target)
                assert refused.status == 405, (method, target, refused)
                assert {"GET", "HEAD"} <= set(refused.headers["allow"].split(", ")), refused
                assert refused.problem["remedy"]
