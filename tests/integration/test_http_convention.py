"""Every route of every service keeps to one convention (docs/reference/http.md), by what the documents say of it."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from kernel.http.problem_types import TYPES
from tests.documents import APPS, DOCUMENTS

PAGE = Path(__file__).parents[2] / "docs/reference/http.md"
OTHER_PAGING = {"after", "before", "offset", "page", "per_page", "page_size", "skip", "start", "token", "page_token"}
"""What other systems call a cursor or a limit."""
SEVERAL_FORMS = {
    "event": "the archive also names commands, whose senders choose the id",
    "source": "a command's sender is any text; a report counts one of two sources",
    "status": "each list has states of its own",
    "type": "the archive holds messages of types that nobody here knows",
}
"""Parameters whose form is not the same everywhere, and why."""


def documented_routes() -> Iterator[str]:
    """As the apps have them: an app is made sooner than its document."""
    for service, app in APPS.items():
        for one in iter_route_contexts(app.routes):
            route = one.original_route
            if isinstance(route, APIRoute) and route.include_in_schema:
                path = re.sub(r":[a-z]+}", "}", str(one.path))
                yield from (f"{method.lower()} {service}{path}" for method in sorted(route.methods or ()))


ROUTES = list(documented_routes())
READING = [route for route in ROUTES if route.startswith("get ")]


@cache
def operations() -> dict[str, tuple[str, Mapping[str, Any]]]:
    """The service and the operation of each route."""
    return {
        f"{method} {service}{path}": (service, operation)
        for service, document in DOCUMENTS.items()
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def parameters(route: str) -> dict[str, Mapping[str, Any]]:
    declared = operations()[route][1].get("parameters", ())
    return {one["name"]: one["schema"] for one in declared if one["in"] == "query"}


def without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)


def form(schema: Mapping[str, Any]) -> str:
    """What of a schema decides which values there are."""
    said = without_null(schema).items()
    return json.dumps({n: v for n, v in said if n not in ("title", "description", "default", "examples")})


def body(route: str) -> Iterator[Mapping[str, Any]]:
    """The properties of what a route answers as JSON, of each of its forms."""
    service, operation = operations()[route]
    schema = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for one in schema.get("anyOf", [schema]):
        name = one.get("$ref", "").rpartition("/")[2]
        yield DOCUMENTS[service]["components"]["schemas"][name].get("properties", {}) if name else {}


def documented_words() -> set[str]:
    rows = PAGE.read_text().partition("## Words")[2].splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("| `")]
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def test_the_documents_have_these_routes() -> None:
    assert sorted(ROUTES) == sorted(operations())


def test_every_parameter_has_one_word_on_the_page_and_no_word_is_left_over() -> None:
    assert documented_words() == {name for route in ROUTES for name in parameters(route)}


def test_a_parameter_of_one_name_has_one_form_on_every_route() -> None:
    forms: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for route in ROUTES:
        for name, schema in parameters(route).items():
            forms[name][form(schema)].append(route)
    assert {name for name, several in forms.items() if len(several) > 1} == set(SEVERAL_FORMS), forms


@pytest.mark.parametrize("route", READING)
def test_pages_are_requested_in_one_way_and_end_in_one_way(route: str) -> None:
    taken = parameters(route)
    assert not taken.keys() & OTHER_PAGING
    assert ("cursor" in taken) == ("limit" in taken), "a list has both, and whatever else has none"
    for properties in body(route):
        if "next" in properties:
            assert "cursor" in taken, "a page tells of a next one that nobody can ask for"
            assert properties["next"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
            assert "rows" in properties or "items" in properties
    if "cursor" in taken:
        bounds = without_null(taken["limit"])
        assert (bounds["minimum"], bounds["maximum"]) == (1, 1_000)
        assert taken["limit"].get("default", 100) == 100


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_is_under_its_version_or_is_named_by_another_standard(route: str) -> None:
    """Operators' probes have the names that their tools expect, the log's files those of C2SP tlog-tiles."""
    path = "/" + route.partition("/")[2]
    standard = ("/livez", "/readyz", "/healthz/", "/checkpoint", "/handovers", "/tile/", "/unplaced", "/records/")
    assert path.startswith(("/v1/", *standard)), route
    assert path == path.lower() and "_" not in re.sub(r"{.*?}", "", path), "words of a path have hyphens between them"


def test_the_page_names_only_problems_that_there_are() -> None:
    named = set(re.findall(r"urn:forcegen:problem:[a-z-]+", PAGE.read_text()))
    assert named <= TYPES.keys()
