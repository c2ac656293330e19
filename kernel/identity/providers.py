"""Which identity providers are trusted, for which audience, and what their claims mean here: by configuration only.

A TOML file has a table `[[provider]]` for each. A claim gives a role or a State only if this file says so; whatever
else a token holds is ignored.
"""

import tomllib
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Annotated, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from contracts.words import Contributor
from kernel.identity.principal import Principal, Role

Algorithm: TypeAlias = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519"]
USUAL: Final[tuple[Algorithm, ...]] = ("RS256", "PS256", "ES256", "ES384", "Ed25519")
SUBJECT_LENGTH_MAX: Final = 255
"""As OpenID Connect Core, section 2, bounds `sub`."""
_CONTRIBUTOR: Final = TypeAdapter(Contributor)


class MalformedProvidersFile(ValueError):
    """The providers' file is wrong, so none of it counts."""


def _secured(url: str) -> str:
    """The address, if nobody between can change what it answers: https, or this machine."""
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("it is an address with a host and a path alone")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("it begins with https://; http:// is for this machine alone")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Address = Annotated[str, AfterValidator(_secured)]
Claim = Annotated[tuple[str, ...] | str, Field(min_length=1)]
"""The name of a claim, or the names that lead to one inside of others: `["realm_access", "roles"]`."""


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

    def principal(self, claims: Mapping[str, object]) -> Principal:
        """Who shows a token with these verified claims; raises ValueError if `sub` is no name."""
        subject = str(claims["sub"])
        if not subject.isprintable() or not 0 < len(subject) <= SUBJECT_LENGTH_MAX:
            raise ValueError("sub is too long, or has characters that are none of text")
        values = _texts(_at(claims, self.roles_claim))
        states = _texts(_at(claims, self.contributors_claim))
        return Principal(
            "service_account" if subject == claims.get("client_id") else "user",
            f"{self.issuer}#{subject}",
            roles=frozenset(self.roles[value] for value in values if value in self.roles),
            contributors=None if self.every_contributor in states else frozenset(filter(_is_contributor, states)),
        )


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
        raise MalformedProvidersFile(f"{place}: {first['msg']}") from fault
    except tomllib.TOMLDecodeError as fault:
        raise MalformedProvidersFile(f"It is no TOML: {fault}") from fault
    by_issuer = {one.issuer: one for one in providers}
    if len(by_issuer) != len(providers):
        raise MalformedProvidersFile("Two providers have the same issuer.")
    return by_issuer
