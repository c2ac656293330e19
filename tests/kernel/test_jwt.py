"""Access tokens of an identity provider that speaks HTTP: which are accepted, as whom, and every way to be refused."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from kernel.identity import jwt
from kernel.identity.jwt import AccessTokens
from kernel.identity.principal import Principal
from kernel.identity.providers import MalformedProvidersFile, parse
from kernel.identity.watched_file import WatchedFile
from tests.identity_provider import AUDIENCE, IdentityProvider
from tests.kernel.access_tokens import accepted, provider, tokens

__all__ = ["provider", "tokens"]
NOW = int(time.time())
DAY_S = 86_400
"""Far from now, however slow the machine is."""


async def test_a_token_of_the_provider_is_whom_its_claims_and_the_configuration_say(
    provider: IdentityProvider, tokens: AccessTokens
) -> None:
    token = provider.token(roles=["forcegen-readers", "x"], contributors=["KAZ", "nowhere", 7], email="a@example")
    assert await tokens.principal(token, datetime.now(UTC)) == Principal(
        "user", f"{provider.url}#b.user", roles=frozenset({"reader"}), contributors=frozenset({"KAZ"})
    )


async def test_claims_that_the_configuration_does_not_name_give_nothing(
    provider: IdentityProvider, tokens: AccessTokens
) -> None:
    token = provider.token(roles="operator", contributors=None, scope="auditor")
    one = await tokens.principal(token, datetime.now(UTC))
    assert one is not None
    assert (one.roles, one.contributors) == (frozenset(), frozenset())


async def test_every_state_is_a_value_that_the_configuration_names(
    provider: IdentityProvider, tokens: AccessTokens
) -> None:
    token = provider.token(contributors=["*"], client_id="b.user")
    one = await tokens.principal(token, datetime.now(UTC))
    assert one is not None
    assert (one.contributors, one.kind) == (None, "service_account")


@pytest.mark.parametrize(
    ("kind", "size", "algorithm"),
    [("RSA", 2048, "RS256"), ("EC", "P-384", "ES384"), ("OKP", "Ed25519", "Ed25519"), ("EC", "P-256", "ES256")],
)
async def test_the_usual_kinds_of_keys_are_taken(
    provider: IdentityProvider, tokens: AccessTokens, kind: str, size: Any, algorithm: str
) -> None:
    provider.make_key("k2", kind, size)
    assert await accepted(tokens, provider.token("k2", algorithm=algorithm))


def by_hand(provider: IdentityProvider, **header: Any) -> str:
    return provider.by_hand({"typ": "at+jwt", "alg": "ES256", "kid": "k1", **header})


def unsigned(provider: IdentityProvider, algorithm: str) -> str:
    return by_hand(provider, alg=algorithm).rpartition(".")[0] + "."


def with_the_public_key_as_secret(provider: IdentityProvider) -> str:
    key = provider.keys["k1"]
    assert isinstance(key, ECKey)
    public = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = unsigned(provider, "HS256").rstrip(".")
    signature = hmac.digest(public, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def with_a_published_key_of_rsa(provider: IdentityProvider) -> str:
    """The issuer has the key, and signs with it for others: nobody but the configuration speaks against it."""
    if "k2" not in provider.keys:
        provider.make_key("k2", "RSA", 2048)
    return provider.token("k2", algorithm="RS256")


REFUSED: dict[str, Callable[[IdentityProvider], str]] = {
    "none": lambda one: unsigned(one, "none"),
    "None": lambda one: unsigned(one, "None"),
    "no signature": lambda one: unsigned(one, "ES256"),
    "another algorithm than the key's": lambda one: by_hand(one, alg="ES384"),
    "an algorithm that is not one of the issuer's": with_a_published_key_of_rsa,
    "no kid": lambda one: one.token(header={"kid": None}),
    "unknown kid": lambda one: one.token(header={"kid": "k9"}),
    "a kid that is no text": lambda one: one.token(header={"kid": ""}),
    "another's key of the same kid": lambda one: one.token(key=ECKey.generate_key("P-256")),
    "wrong aud": lambda one: one.token(aud="https://elsewhere.example"),
    "missing aud": lambda one: one.token(aud=None),
    "aud that only begins alike": lambda one: one.token(aud=f"{AUDIENCE}.attacker.example"),
    "another issuer": lambda one: one.token(iss="https://attacker.example"),
    "missing iss": lambda one: one.token(iss=None),
    "an ID token": lambda one: one.token(header={"typ": "JWT"}, nonce="n"),
    "typ missing": lambda one: one.token(header={"typ": None}),
    "expired": lambda one: one.token(iat=NOW - 700, exp=NOW - 60),
    "not yet": lambda one: one.token(nbf=NOW + DAY_S),
    "issued in the future": lambda one: one.token(iat=NOW + DAY_S, exp=NOW + DAY_S + 300),
    "ten years": lambda one: one.token(exp=NOW + 315_360_000),
    "10^30": lambda one: one.token(exp=10**30),
    "float exp": lambda one: one.token(exp=NOW + 3_000.5),
    "text exp": lambda one: one.token(exp=str(NOW + 3_000)),
    "exp that is true": lambda one: one.token(exp=True),
    "exp that is not a number": lambda one: one.signed(json.dumps(one.claims(exp=float("nan")))),
    "float nbf": lambda one: one.token(nbf=NOW - 60.5),
    "a number that JSON does not have": lambda one: one.signed(json.dumps(one.claims(more=float("inf")))),
    "missing exp": lambda one: one.token(exp=None),
    "missing iat": lambda one: one.token(iat=None),
    "missing jti": lambda one: one.token(jti=None),
    "missing sub": lambda one: one.token(sub=None),
    "missing client_id": lambda one: one.token(client_id=None),
    "a sub with a line feed": lambda one: one.token(sub="a\nb"),
    "a sub of 300 characters": lambda one: one.token(sub="a" * 300),
    "crit": lambda one: by_hand(one, crit=["exp"], exp=1),
    "crit that is empty": lambda one: by_hand(one, crit=[]),
    "b64": lambda one: by_hand(one, crit=["b64"], b64=True),
    "a member that occurs twice": lambda one: one.signed(json.dumps(one.claims())[:-1] + ', "sub": "c.admin"}'),
    "no object": lambda one: one.signed("[]"),
    "claims nested without end": lambda one: one.signed("[" * 3_000 + "]" * 3_000),
    "padded": lambda one: f"{one.token()}==",
    "four parts": lambda one: f"{one.token()}.x",
    "no token": lambda _: "..",
    "text": lambda _: "fg_open-sesame",
    "too long": lambda one: one.token(more="x" * 9_000),
    "revoked": lambda one: one.token(jti="stolen"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_token_that_is_not_accepted(provider: IdentityProvider, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "providers.toml"
    file.write_text(provider.configuration(algorithms=["ES256", "ES384"], revoked=["stolen"]))
    async with jwt.client() as client:
        tokens, refused = AccessTokens(WatchedFile(file, parse), client), REFUSED[kind](provider)
        assert await accepted(tokens, provider.token())
        assert not await accepted(tokens, refused)
        assert await accepted(tokens, provider.token())


async def test_hs256_with_the_public_key_as_the_secret(provider: IdentityProvider, tokens: AccessTokens) -> None:
    assert not await accepted(tokens, with_the_public_key_as_secret(provider))


async def test_hs256_cannot_even_be_configured(provider: IdentityProvider) -> None:
    with pytest.raises(MalformedProvidersFile, match="algorithms"):
        parse(provider.configuration(algorithms=["HS256"]))


async def test_an_audience_that_is_one_of_several(provider: IdentityProvider, tokens: AccessTokens) -> None:
    assert await accepted(tokens, provider.token(aud=["https://other.example", AUDIENCE]))
    assert not await accepted(tokens, provider.token(aud=["https://other.example"]))
    assert not await accepted(tokens, provider.token(aud=[AUDIENCE, 7]))


async def test_the_type_may_be_written_in_full(provider: IdentityProvider, tokens: AccessTokens) -> None:
    for spelling in ("at+jwt", "AT+JWT", "application/at+jwt"):
        assert await accepted(tokens, provider.token(header={"typ": spelling}))


async def test_a_token_ends_when_it_says_so(provider: IdentityProvider, tokens: AccessTokens) -> None:
    token = provider.token()
    assert await tokens.principal(token, datetime.now(UTC)) is not None
    assert await tokens.principal(token, datetime.now(UTC) + timedelta(seconds=631)) is None


async def test_nothing_of_a_token_reaches_the_log(
    provider: IdentityProvider, tokens: AccessTokens, capsys: pytest.CaptureFixture[str]
) -> None:
    for token in (provider.token(sub="secret-name", aud="secret-audience"), "secret.token.here", provider.token()):
        await accepted(tokens, token)
    written = capsys.readouterr()
    assert "refused" in written.out + written.err
    assert "secret" not in written.out + written.err


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"issuer": "http://login.example.org"}, "https"),
        ({"jwks_url": "http://login.example.org/keys"}, "https"),
        ({"jwks_url": "file:///etc/keys"}, "host"),
        ({"jwks_url": "https://a:b@login.example.org/keys"}, "host"),
        ({"audience": ""}, "audience"),
        ({"algorithms": []}, "algorithms"),
        ({"algorithms": ["none"]}, "algorithms"),
        ({"lifetime_max_s": 10_000_000}, "lifetime_max_s"),
        ({"rolls_claim": "x"}, "rolls_claim"),
    ],
)
def test_a_wrong_configuration_is_refused_whole(provider: IdentityProvider, changed: Any, why: str) -> None:
    with pytest.raises(MalformedProvidersFile, match=why):
        parse(provider.configuration(**changed))


def test_two_providers_of_one_issuer_are_refused(provider: IdentityProvider) -> None:
    with pytest.raises(MalformedProvidersFile, match="same issuer"):
        parse(provider.configuration() * 2)
    with pytest.raises(MalformedProvidersFile, match="TOML"):
        parse("[[provider")


def test_claims_inside_of_others_are_reached_by_their_names(provider: IdentityProvider) -> None:
    (one,) = parse(provider.configuration(roles_claim=["realm_access", "roles"])).values()
    nested = one.principal({"sub": "x", "realm_access": {"roles": ["forcegen-auditors"]}})
    assert nested.roles == {"auditor"}
    assert one.principal({"sub": "x", "realm_access": ["roles"], "roles": ["forcegen-auditors"]}).roles == frozenset()


TEXTS = st.text(max_size=60) | st.lists(st.text(max_size=30), min_size=3, max_size=3).map(".".join)


@given(st.lists(TEXTS, min_size=20, max_size=20))
@settings(max_examples=20)
async def test_no_text_is_more_than_refused(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    file = tmp_path_factory.getbasetemp() / "providers.toml"
    file.write_text('[[provider]]\nissuer = "https://a"\naudience = "a"\njwks_url = "https://a/keys"\n')
    async with jwt.client() as client:
        tokens = AccessTokens(WatchedFile(file, parse), client)
        assert not any([await accepted(tokens, text) for text in texts])
