"""A stream that is open when its reader's token or session stops counting ends by itself, however it was let in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.responses import StreamingResponse
from starlette.types import Message

from kernel.http import application, permits
from kernel.http.access import authenticator
from kernel.http.guard import Guard
from kernel.http.permits import RouteTable, allow
from kernel.identity.sessions import Sessions
from kernel.identity.tokens import digest_of
from kernel.runtime.settings import Settings
from tests.identity_provider import IdentityProvider
from tests.sign_in_provider import SignInProvider, sign_in_provider

KEY = "k" * 40
Headers = list[tuple[bytes, bytes]]


class Access:
    """The files of a service, which a token, a provider and a session count by."""

    def __init__(self, folder: Path, provider: SignInProvider) -> None:
        self.provider = provider
        self.tokens, self.providers = folder / "tokens", folder / "providers.toml"
        self.tokens.write_text(f"official {digest_of('fg_open')} roles=reader contributors=*\n")
        self.providers.write_text(provider.configuration())

    @property
    def keys(self) -> IdentityProvider:
        return self.provider.keys

    def settings(self) -> Settings:
        return Settings(tokens_file=self.tokens, identity_providers_file=self.providers, session_key=KEY)

    def remove_line(self) -> None:
        self.tokens.write_text("# nobody\n")

    def revoke(self, name: str) -> None:
        text = self.provider.configuration()
        self.providers.write_text(text.replace("[provider.roles]", f'revoked = ["{name}"]\n[provider.roles]'))


def bearer(token: str) -> Headers:
    return [(b"authorization", f"Bearer {token}".encode())]


def session(value: str) -> Headers:
    return [(b"cookie", f"{Sessions(KEY).cookie}={value}".encode())]


def of_person(access: Access) -> Headers:
    claims = {"iss": access.keys.url, "sub": "b.user", "roles": ["forcegen-readers"], "states": ["*"]}
    return session(Sessions(KEY).issue_person(claims, timedelta(hours=1), datetime.now(UTC)))


Case = tuple[Callable[[Access], Headers], Callable[[Access], None]]
CASES: dict[str, Case] = {
    "a static token whose line is removed": (lambda _: bearer("fg_open"), Access.remove_line),
    "a session of that token": (
        lambda _: session(Sessions(KEY).issue(digest_of("fg_open"), datetime.now(UTC))),
        Access.remove_line,
    ),
    "an access token that is revoked": (lambda one: bearer(one.keys.token()), lambda one: one.revoke("token-1")),
    "an access token whose subject is revoked": (
        lambda one: bearer(one.keys.token()),
        lambda one: one.revoke("b.user"),
    ),
    "a session by a provider, whose subject is revoked": (of_person, lambda one: one.revoke("b.user")),
}


@pytest.mark.parametrize("kind", CASES)
async def test_a_token_revoked_while_a_stream_is_open(tmp_path: Path, kind: str) -> None:
    made, sent = application.app("a service"), list[Message]()
    permits.declare(made, {"GET /stream": allow("reader", scoped=True, stream=True)})

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b": alive\n\n"
            await asyncio.sleep(0.01)

    made.get("/stream")(lambda: StreamingResponse(endless(), media_type="text/event-stream"))
    shown, revoke = CASES[kind]
    with sign_in_provider("http://127.0.0.1/sign-in/callback") as provider:
        access = Access(tmp_path, provider)
        guarded = Guard(made, RouteTable.of(made), authenticator(access.settings()), verified_again_s=0.05)

        async def send(message: Message) -> None:
            sent.append(message)
            if len(sent) == 30:  # it has been verified again meanwhile, and went on
                revoke(access)

        async def receive() -> Message:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        scope = {"type": "http", "method": "GET", "path": "/stream", "query_string": b"", "http_version": "1.1"}
        headers = [*shown(access), (b"host", b"x")]
        await asyncio.wait_for(guarded({**scope, "scheme": "http", "headers": headers}, receive, send), 20)
    assert sent[0]["status"] == 200
    assert len(sent) >= 30
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
