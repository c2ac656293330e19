"""What tests of access tokens share: a provider that runs, a service's side that trusts it, and the question."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kernel.identity import jwt
from kernel.identity.jwt import AccessTokens
from kernel.identity.providers import parse
from kernel.identity.watched_file import WatchedFile
from tests.identity_provider import IdentityProvider, identity_provider

__all__ = ["WEAK", "accepted", "provider", "tokens"]
WEAK = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
"""For tests that make keys of which the library warns."""


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as one:
        yield one


@pytest.fixture
async def tokens(provider: IdentityProvider, tmp_path: Path) -> AsyncIterator[AccessTokens]:
    file = tmp_path / "providers.toml"
    file.write_text(provider.configuration(algorithms=["ES256", "RS256", "Ed25519", "ES384"], every_contributor="*"))
    async with jwt.client() as client:
        yield AccessTokens(WatchedFile(file, parse), client)


async def accepted(tokens: AccessTokens, token: str) -> bool:
    return await tokens.principal(token, datetime.now(UTC)) is not None
