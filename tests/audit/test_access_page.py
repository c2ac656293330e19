"""The page Access of the archive: the register of producers with the last use of each key, tokens, providers."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from kernel.http import access_routes, application
from kernel.http.access import authenticator
from kernel.http.guard import guard
from kernel.identity.register_text import parse
from kernel.identity.tokens import digest_of
from kernel.runtime.settings import Settings
from services.audit.app import add_routes
from services.audit.http import producers
from services.audit.http.refusals import Refusals
from services.audit.search import registers
from tests.audit.conftest import Archive
from tests.kernel.registered import KZ, OPERATORS, UN, signed, text

pytestmark = pytest.mark.servers
KEYS = ",".join(str(one.verifier) for one in OPERATORS)
USED = """
INSERT INTO messages (leaf, topic, part, "offset", kind, authkey, recorded)
SELECT nr, 'approvals.events', 0, nr, 'event', $1, '2026-11-26 12:00:00Z'::timestamptz + nr * interval '1 minute'
FROM generate_series(1, 3) AS nr
"""


@pytest.fixture
async def http(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("FORCEGEN_AUDIT_DIRECTORY", str(tmp_path / "audit"))
    monkeypatch.setenv("FORCEGEN_PRODUCERS_OPERATORS", KEYS)
    tokens = tmp_path / "tokens"
    lines = {name: f"roles={name} contributors=*" for name in ("operator", "auditor", "reader")}
    tokens.write_text("".join(f"{name} {digest_of(f'fg_{name}')} {rest}\n" for name, rest in lines.items()))
    app = application.app("Forcegen audit")
    add_routes(app, archive.pool, archive.health, refused=Refusals())
    access_routes.add(app)
    guard(app, authenticator(Settings(tokens_file=tokens)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        yield client


async def test_the_page_shows_the_register_and_the_last_use_of_each_key(
    archive: Archive, http: httpx.AsyncClient
) -> None:
    operator = {"Authorization": "Bearer fg_operator", "Accept": "text/html"}
    assert "There is no register of producers" in (await http.get("/access", headers=operator)).text
    await registers.keep(archive.pool, parse(text()), signed(text()))
    await archive.pool.execute(USED, KZ.public.id)
    page = await http.get("/access", headers=operator)
    assert (page.status_code, "'unsafe" in page.headers["content-security-policy"]) == (200, False)
    for shown in ("mfa-kz", "un-desk", KZ.public.id, "first-operator, second-operator", "Version 7", "KZX"):
        assert shown in page.text
    assert "2026-11-26 12:03:00 UTC" in page.text
    assert 'href="/messages/approvals.events/0/3"' in page.text
    for secret in ("fg_operator", digest_of("fg_operator")):
        assert secret not in page.text

    data = (await http.get("/v1/access", headers=operator)).json()["producers"]
    assert (data["version"], data["signed_by"]) == (7, ["first-operator", "second-operator"])
    uses = {key["id"]: key["last_record"] for one in data["producers"] for key in one["keys"]}
    assert uses[KZ.public.id] == "approvals.events/0/3"
    assert uses[UN.public.id] is None


async def test_the_page_is_for_operators_and_in_their_navigation_alone(http: httpx.AsyncClient) -> None:
    for name in ("auditor", "reader"):
        headers = {"Authorization": f"Bearer fg_{name}", "Accept": "text/html"}
        assert (await http.get("/access", headers=headers)).status_code == 403
    assert (await http.get("/access", headers={"Accept": "text/html"})).status_code == 401
    log = await http.get("/", headers={"Authorization": "Bearer fg_auditor", "Accept": "text/html"})
    assert (log.status_code, 'href="/access"' in log.text) == (200, False)


def test_who_signed_is_said_of_known_operators_alone() -> None:
    note = signed(text())
    assert producers.signers(note, KEYS) == ["first-operator", "second-operator"]
    assert producers.signers(note, None) == []
