"""Which identity providers are trusted, for which audience, and what their claims mean here: by configuration only.

A TOML file has a table `[[provider]]` for each. A claim gives a role or a State only if this file says so; whatever
else a token holds is ignored.
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeAlias, TypedDict
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from contracts.fault_text import fault_text
from contracts.words import Contributor
from kernel.identity.principal import Principal, Role

Algorithm: TypeAlias = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519"]
USUAL: Final[tuple[Algorithm, ...]] = ("RS256", "PS256", "ES256", "ES384", "Ed25519")
SUBJECT_LENGTH_MAX: Final = 255
"""As OpenID Connect Core, section 2, bounds `sub`."""
_CONTRIBUTOR: Final = TypeAdapter(Contributor)


class MalformedProvidersFile(ValueError):
    """The providers' file is wrong, so none of it counts."""


def secured(url: str) -> str:
    """The address, if nobody between can change what it answers: https, or this machine; raises ValueError."""
    if urlsplit(url).query:
        raise ValueError("it is an address with a host and a path alone")
    return secured_with_query(url)


def secured_with_query(url: str) -> str:
    """The same for an address that may have a query, as that of an authorization endpoint may (RFC 6749, 3.1)."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.fragment or not url.isprintable() or " " in url:
        raise ValueError("it is an address with a host and a path alone")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("it begins with https://; http:// is for this machine alone")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Address = Annotated[str, AfterValidator(secured)]
CALLBACK: Final = "/sign-in/callback"
"""Where a provider leads back to, behind the prefix of a proxy."""
Claim = Annotated[tuple[str, ...] | str, Field(min_length=1)]
"""The name of a claim, or the names that lead to one inside of others: `["realm_access", "roles"]`."""


class Granted(TypedDict):
    """What a principal may: members of `Principal`."""

    roles: frozenset[Role]
    contributors: frozenset[str] | None


class PageSignIn(BaseModel):
    """How people sign in to the pages by a provider: OpenID Connect's authorization code flow, with PKCE."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    """The name of these pages at the provider; `aud` of its ID tokens."""
    redirect_urls: Annotated[Sequence[Address], Field(min_length=1)]
    """Where the provider leads back to: for each service with pages its address, to the letter as the provider has it;
    it ends in `/sign-in/callback`."""
    client_secret_file: Path | None = None
    """Holds the client's secret; without one, it is a public client, which PKCE alone protects."""
    client_authentication: Literal["client_secret_basic", "client_secret_post"] = "client_secret_basic"
    """How the secret is shown at the provider's token endpoint."""
    name: Annotated[str, Field(min_length=1, max_length=60)] = ""
    """What people call the provider; its host unless set."""
    discovery_url: Address | None = None
    """The provider's metadata (OpenID Connect Discovery); under its issuer unless set."""
    scopes: Annotated[Sequence[Annotated[str, Field(pattern=r"^[!#-\[\]-~]+$")]], Field(min_length=1)] = ("openid",)
    session_lasts_s: Annotated[int, Field(ge=60, le=43_200)] = 28_800
    """How long a session lasts: whoever is removed at the provider, and not here, stays signed in for so long."""

    @model_validator(mode="after")
    def _as_it_works(self) -> Self:
        """`openid` makes it OpenID Connect; another path than the callback's leads nowhere."""
        if "openid" not in self.scopes:
            raise ValueError("scopes hold `openid`")
        if wrong := [url for url in self.redirect_urls if not url.endswith(CALLBACK)]:
            raise ValueError(f"{wrong[0]} does not end in {CALLBACK}")
        return self

    def redirect_url(self, host: str, root: str) -> str | None:
        """The redirect URL of the pages under this prefix; of several, that of this host. None if none is clear.

        A proxy may hide the host that the browser named; the URL is one of the configuration, whatever it is.
        """
        ours = [url for url in self.redirect_urls if urlsplit(url).path == root + CALLBACK]
        named = [url for url in ours if urlsplit(url).netloc.lower() == host.lower()]
        return next(iter(named or (ours if len(ours) == 1 else ())), None)


class IdentityProvider(BaseModel):
    """An identity provider and the meaning of its claims."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    issuer: Address
    """`iss` of its tokens, to the letter."""
    audience: Annotated[str, Field(min_length=1)]
    """What `aud` must be or hold: the name of this system at the provider."""
    jwks_url: Address
    """Where its keys are (RFC 7517)."""
    algorithms: Annotated[Sequence[Algorithm], Field(min_length=1)] = USUAL
    roles_claim: Claim = "roles"
    roles: Mapping[str, Role] = Field(default_factory=dict)
    """By value of that claim, the role that it gives; other values give none."""
    contributors_claim: Claim = "contributors"
    """States by their three letters; other values count nothing."""
    every_contributor: Annotated[str, Field(min_length=1)] | None = None
    """The value of that claim that stands for every State."""
    lifetime_max_s: Annotated[int, Field(ge=60, le=86_400)] = 3_600
    """Tokens that hold longer than this are refused: one that was stolen cannot be called back."""
    revoked: frozenset[str] = frozenset()
    """Tokens (`jti`) and subjects (`sub`) that are refused."""
    sign_in: PageSignIn | None = None
    """How people sign in to the pages by it; unless set, they do not."""

    def name(self) -> str:
        """What people call it."""
        return (self.sign_in and self.sign_in.name) or str(urlsplit(self.issuer).hostname)

    def principal(self, claims: Mapping[str, object]) -> Principal:
        """Who shows a token with these verified claims; raises ValueError if `sub` is no name."""
        subject = str(claims["sub"])
        if not subject.isprintable() or not 0 < len(subject) <= SUBJECT_LENGTH_MAX:
            raise ValueError("sub is too long, or has characters that are none of text")
        return Principal(
            "service_account" if subject == claims.get("client_id") else "user",
            f"{self.issuer}#{subject}",
            **self.granted(*self.counting(claims)),
        )

    def remembered(self, claims: Mapping[str, object]) -> Mapping[str, object]:
        """What a session keeps of verified claims: who it is, and the values that count here."""
        roles, states = map(sorted, self.counting(claims))
        return {"iss": self.issuer, "sub": str(claims["sub"]), "roles": roles, "states": states}

    def of_session(self, remembered: Mapping[str, object]) -> Principal | None:
        """Whose session it is, by what the configuration gives now; None if the person is revoked."""
        subject = str(remembered.get("sub"))
        if self.sign_in is None or subject in self.revoked:
            return None
        roles, states = (_texts(remembered.get(name)) for name in ("roles", "states"))
        return Principal("user", f"{self.issuer}#{subject}", **self.granted(roles, states))

    def counting(self, claims: Mapping[str, object]) -> tuple[frozenset[str], frozenset[str]]:
        """The values of the claims for roles and for States that mean something here."""
        roles, states = (_texts(_at(claims, claim)) for claim in (self.roles_claim, self.contributors_claim))
        return (
            roles & self.roles.keys(),
            frozenset(state for state in states if state == self.every_contributor or _is_contributor(state)),
        )

    def granted(self, roles: Iterable[str], states: Collection[str]) -> Granted:
        """What values of these claims give."""
        return {
            "roles": frozenset(self.roles[value] for value in roles if value in self.roles),
            "contributors": None if self.every_contributor in states else frozenset(filter(_is_contributor, states)),
        }


def _at(claims: Mapping[str, object], claim: Claim) -> object:
    value: object = claims
    for name in (claim,) if isinstance(claim, str) else claim:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _texts(value: object) -> frozenset[str]:
    """The texts of a claim: a list of them, or one with spaces between, as `scope` has."""
    parts = value.split() if isinstance(value, str) else value if isinstance(value, list) else ()
    return frozenset(part for part in parts if isinstance(part, str))


def _is_contributor(text: str) -> bool:
    try:
        _CONTRIBUTOR.validate_python(text)
    except ValidationError:
        return False
    return True


class _ProvidersFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    provider: Annotated[Sequence[IdentityProvider], Field(min_length=1)]


def parse(text: str) -> Mapping[str, IdentityProvider]:
    """The providers of a TOML file, by issuer.

    Raises:
        MalformedProvidersFile: the text is no TOML, a field is wrong, or an issuer occurs twice.
    """
    try:
        providers = _ProvidersFile.model_validate(tomllib.loads(text)).provider
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise MalformedProvidersFile(f"{place}: {fault_text(first)}") from fault
    except tomllib.TOMLDecodeError as fault:
        raise MalformedProvidersFile(f"It is no TOML: {fault}") from fault
    by_issuer = {one.issuer: one for one in providers}
    if len(by_issuer) != len(providers):
        raise MalformedProvidersFile("Two providers have the same issuer.")
    return by_issuer
