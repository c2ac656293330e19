"""Every route of every running service: what caches may keep of it, and what is said of a cursor that is none."""

from typing import Any

import pytest

from kernel.http.page_cursor import encode
from tests.e2e.test_every_parameter import SERVICES, document
from tests.strangers import Stranger, routes
from tests.system import RunningSystem

pytestmark = pytest.mark.servers
KEPT = {
    "/v1/reports/": "private, no-cache",
    "/checkpoint": "no-cache",
    "/checkpoints/": "no-cache",
    "/handovers": "no-cache",
    "/tile/entries/": "private, max-age=31536000, immutable",
    "/tile/": "public, max-age=31536000, immutable",
    "/static/": "no-cache",
    "/docs/assets/": "no-cache",
}
"""By the beginning of its path, what a good answer may be kept as; every other is not to be kept."""
ONE_OF_SEVERAL = {"/v1/reports/events-behind": "?tour=kz-2013/observers/t-1"}
"""What a report needs besides what its document requires."""
FOREIGN = encode("a-list-of-another-service", "1")
DETAIL = "cursor: This is no cursor of this list."


def expected(path: str, status: int) -> str:
    if status >= 400:
        return "no-store"
    return next((control for begin, control in KEPT.items() if path == begin or path.startswith(begin)), "no-store")


@pytest.mark.parametrize("service", SERVICES)
def test_what_may_be_kept_is_said_by_every_answer(system: RunningSystem, service: str) -> None:
    with Stranger(system.url(service)) as stranger:
        targets = [target for _, target in routes(document(system, service))]
        files = ("/static/pages.css", "/docs/assets/api.js")
        for target in (*targets, "/docs", "/openapi.json", "/metrics", "/nowhere", "/v1/lag?x=1", *files):
            answer = stranger.send("GET", target)
            said, path = answer.headers["cache-control"], target.partition("?")[0]
            wanted = {expected(path, answer.status)}
            if path.startswith("/tile/"):  # until a checkpoint covers it
                wanted.add("private, no-cache" if "entries" in path else "no-cache")
            assert said in wanted, (service, target, answer.status, said)


@pytest.mark.parametrize("service", SERVICES)
def test_a_cursor_that_is_none_or_of_another_list_is_refused_alike_everywhere(
    system: RunningSystem, service: str
) -> None:
    with Stranger(system.url(service)) as stranger:
        for path, target in routes(document(system, service)):
            operation: dict[str, Any] = document(system, service)["paths"][path]["get"]
            if "cursor" not in [one["name"] for one in operation.get("parameters", ())]:
                continue
            address = target + ONE_OF_SEVERAL.get(path, "")
            for bad in ("!", "AAAA", "e30%3D", FOREIGN.replace("=", "%3D")):
                answer = stranger.send("GET", f"{address}{'&' if '?' in address else '?'}cursor={bad}")
                refusal = (answer.status, answer.problem["type"], answer.problem["field"], answer.problem["detail"])
                assert refusal == (400, "urn:forcegen:problem:bad-parameter", "cursor", DETAIL), (path, bad, answer)


def test_a_report_that_has_not_changed_is_not_sent_again(system: RunningSystem) -> None:
    with Stranger(system.url("query")) as stranger:
        first = stranger.send("GET", "/v1/reports/strength?as_of=2014-07-01")
        again = stranger.send("GET", "/v1/reports/strength?as_of=2014-07-01", {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["cache-control"] == first.headers["cache-control"] == "private, no-cache"
