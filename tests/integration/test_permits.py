"""Who may use each route of each service: the page, the tables and the apps say the same."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from kernel.http import permits
from kernel.http.permits import KERNEL, RouteTable
from kernel.http.sign_in import PERMITS
from services.audit.http.permits import AUDIT
from services.reporting.http.permits import QUERY
from tests.documents import APPS

PAGE = Path(__file__).parents[2] / "docs/reference/permits.md"
ROW = re.compile(r"\| `((?:GET|POST) [^`]+)` \| ([a-z, ]+) \| ([a-zA-Z ]*) \|")
SECTIONS = {"Every service": KERNEL, "Pages": PERMITS, "The archive": AUDIT, "The query API": QUERY}


def page() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """By section and route: the roles, and for which States' rows."""
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    named = {one.partition("\n")[0]: one for one in sections}
    return {name: {row[1]: (row[2], row[3]) for row in ROW.finditer(text)} for name, text in named.items()}


@pytest.mark.parametrize("section", SECTIONS)
def test_the_page_has_every_permit(section: str) -> None:
    expected = {}
    for route, permit in SECTIONS[section].items():
        roles = "everybody" if permit.roles is None else ", ".join(sorted(permit.roles))
        expected[route] = (roles, "" if permit.roles is None else "its States" if permit.scoped else "every State")
    assert page()[section] == expected


@pytest.mark.parametrize("service", APPS)
def test_every_route_has_a_permit(service: str) -> None:
    RouteTable.of(APPS[service])


def test_every_permit_is_that_of_a_route() -> None:
    there = {f"{method} {path}" for app in APPS.values() for method, path in permits.routes_of(app)}
    assert {route for table in SECTIONS.values() for route in table} - there == set()


def test_what_everybody_may_use_is_this_and_no_more() -> None:
    everybody = {route for table in SECTIONS.values() for route, permit in table.items() if permit.roles is None}
    assert everybody == {
        *("GET /livez", "GET /readyz", "GET /healthz/progress", "GET /static", "GET /docs/assets"),
        *("GET /checkpoint", "GET /checkpoints/{path:path}", "GET /handovers", "GET /tile/{path:path}"),
        *("GET /sign-in", "POST /sign-in", "POST /sign-in/provider", "GET /sign-in/callback", "POST /sign-out"),
        *("GET /v1/proofs/inclusion", "GET /v1/proofs/consistency"),
    }
