"""What operators read of who may use a service: names, roles, States and last uses, and nothing that lets in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from kernel.http import application, operator_routes
from kernel.http.access import authenticator
from kernel.http.guard import guard
from kernel.identity.last_uses import LastUses
from kernel.identity.principal import Principal
from kernel.identity.tokens import digest_of
from kernel.runtime.health import Health
from kernel.runtime.settings import Settings
from tests.identity_provider import identity_provider

LINES = {
    "ops": "roles=operator contributors=*",
    "ministry": "roles=reader contributors=KAZ,ESP expires=2099-01-01",
    "whole": "roles=auditor,producer,reader contributors=*",
    "gone": "roles=reader contributors=* expires=2020-01-01",
}


async def ready() -> list[str]:
    return []


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_an_operator_reads_who_may_use_the_service_and_when_each_last_did(tmp_path: Path) -> None:
    tokens, providers = tmp_path / "tokens", tmp_path / "providers.toml"
    tokens.write_text("".join(f"{name} {digest_of(f'fg_{name}')} {rest}\n" for name, rest in LINES.items()))
    made = application.app("a service")
    operator_routes.operations(made, Health(30), service="x", ready=ready)
    with identity_provider() as provider:
        providers.write_text(provider.configuration(revoked=["somebody"]))
        guard(made, authenticator(Settings(tokens_file=tokens, identity_providers_file=providers)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://127.0.0.1") as http:
            for token in ("fg_ministry", "fg_whole", "fg_gone", "fg_guessed", provider.token()):
                assert (await http.get("/v1/access", headers=bearer(token))).status_code in (401, 403)
            answer = await http.get("/v1/access", headers=bearer("fg_ops"))
            shown = answer.json()
            metrics = (await http.get("/metrics", headers=bearer("fg_ops"))).text
    assert [(one["name"], one["roles"], one["contributors"], one["has_expired"]) for one in shown["tokens"]] == [
        ("ops", ["operator"], None, False),
        ("ministry", ["reader"], ["ESP", "KAZ"], False),
        ("whole", ["auditor", "producer", "reader"], None, False),
        ("gone", ["reader"], None, True),
    ]
    assert [bool(one["last_used"]) for one in shown["tokens"]] == [True, True, True, False]
    (trusted,) = shown["providers"]
    assert (trusted["issuer"], trusted["signs_in"], trusted["revoked"]) == (provider.url, False, 1)
    assert trusted["last_used"] > shown["counted_since"]
    assert shown["producers"] is None
    for used in ("ops", "ministry", "whole", provider.url):
        assert f'forcegen_credential_last_used_seconds{{credential="{used}",service="x"}} ' in metrics
    assert 'credential="gone"' not in metrics
    for secret in ("fg_", digest_of("fg_ops"), digest_of("fg_ministry"), "somebody", "b.user"):
        assert secret not in answer.text + metrics


def test_a_last_use_is_kept_by_issuer_and_of_nobody_that_the_issuer_names() -> None:
    uses, now = LastUses(), datetime.now(UTC)
    for nr in range(1_000):
        uses.note(Principal("user", f"https://login.example#{nr}"), now + timedelta(seconds=nr))
    assert uses.of("https://login.example") == now + timedelta(seconds=999)
    assert len(uses._uses) == 1
