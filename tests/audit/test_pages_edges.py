"""Whatever an address of the archive's pages holds, an auditor is given a page that names the field and the remedy."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from kernel.http import application
from services.audit.app import add_routes
from services.audit.http.refusals import Refusals
from services.audit.http.search_routes import SearchParameters
from services.audit.search import indexer
from tests.audit.conftest import Archive, record
from tests.callers import CalledAs

pytestmark = pytest.mark.servers
ODD = (
    *("%00", "a%00b", "%ff", "%ed%a0%80", "%20", "1" + "0" * 30, "-1", "0001-01-01", "9999-12-31T23:59:59Z"),
    *("2022-07-01T12:05", "20220701", "kz%0A", "%3Cb%3E%27%22", "A" * 5_000, "%C2%A0", "%D0%BA"),
)
PLACES = (
    "x",
    "a/b/c",
    "approvals.events/0/99",
    "approvals.events/-1/0",
    "approvals.events/0/1" + "0" * 30,
    "%00",
    "%ff",
)


@pytest.fixture
async def http(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """The service's own routes, over three records."""
    monkeypatch.setenv("FORCEGEN_AUDIT_DIRECTORY", str(tmp_path / "audit"))
    await archive.keep([record(nr) for nr in range(3)])
    await archive.sign()
    async with archive.pool.acquire() as connection:
        await indexer.index(connection)
    app = application.app("Forcegen audit")
    add_routes(app, archive.pool, archive.health, refused=Refusals())
    transport = httpx.ASGITransport(CalledAs(app), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def page(http: httpx.AsyncClient, address: str) -> tuple[int, str]:
    answer = await http.get(address, headers={"Accept": "text/html"})
    assert answer.status_code < 500, (address, answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8", (address, answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return answer.status_code, answer.text


def field_and_remedy(text: str) -> list[str]:
    """The field, where there is one, and the remedy."""
    assert 'role="alert"' in text
    return re.findall(r"<dd>(.*?)</dd>", text, re.DOTALL)


async def test_every_parameter_of_the_search_is_given_odd_values(http: httpx.AsyncClient) -> None:
    for name in SearchParameters.model_fields:
        assert (await page(http, f"/?{name}="))[0] == 200
        for value in ODD:
            status, text = await page(http, f"/?{name}={value}")
            assert status == 200 or (field_and_remedy(text)[0] == name and field_and_remedy(text)[1]), (
                name,
                value,
                text,
            )
        status, text = await page(http, f"/?{name}=1&{name}=1")
        assert (status, field_and_remedy(text)) == (400, [name, f"Send {name} once."])
    for value in ("", "1"):
        status, text = await page(http, f"/?unheard-of={value}")
        assert (status, field_and_remedy(text)[0]) == (400, "unheard-of")


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ("%00/0/0", "topic"),
        ("a%00b/0/0", "topic"),
        ("x" * 250 + "/0/0", "topic"),
        ("approvals.events/-1/0", "partition"),
        ("approvals.events/2147483648/0", "partition"),
        ("approvals.events/0/1" + "0" * 30, "offset"),
        ("approvals.events/0/%00", "offset"),
    ],
)
async def test_a_bundle_of_what_can_be_no_record_is_refused_by_name(
    http: httpx.AsyncClient, place: str, field: str
) -> None:
    answer = await http.get(f"/v1/bundles/{place}")
    assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
    assert answer.json()["remedy"]


async def test_a_record_that_is_not_there_is_a_page_to_a_reader_and_a_problem_to_a_program(
    http: httpx.AsyncClient,
) -> None:
    for place in PLACES:
        status, text = await page(http, f"/messages/{place}")
        assert status in (400, 404), place
        assert field_and_remedy(text)[-1], place
        problem = await http.get(f"/messages/{place}")
        assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")
