"""ID tokens of identity providers: who has just signed in, as OpenID Connect Core 1.0, section 3.1.3.7, has it checked.

An ID token is for the client that signs somebody in, an access token for the services behind it: neither passes as the
other. It is used once, on the spot, so it must have been issued just now.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from joserfc.jwt import JWTClaimsRegistry

from kernel.identity.jwks import KeySource
from kernel.identity.jwt import LEEWAY_S, NotAccepted, check_times, parts_of, signed_claims
from kernel.identity.providers import IdentityProvider, PageSignIn
from kernel.identity.sessions import SIGN_IN_LASTS

TYPES: Final = frozenset({"", "jwt"})
"""`typ` is absent, or `JWT` in any case (RFC 7519, section 5.1)."""
LASTS_S_MAX: Final = 86_400


async def verified(
    token: str, provider: IdentityProvider, sign_in: PageSignIn, keys: KeySource, nonce: str, now: datetime
) -> Mapping[str, object]:
    """The claims of the ID token that a provider has issued for this sign-in.

    Raises:
        NotAccepted, JoseError, ValueError, TypeError: it is not accepted.
        KeysUnavailable: the keys of the provider cannot be had.
    """
    header, _ = parts_of(token)
    if str(header.get("typ", "")).lower() not in TYPES:
        raise NotAccepted("its type is not that of an ID token")
    claims = await signed_claims(token, header, provider, keys)
    _check(claims, provider, sign_in, now)
    claimed = claims.get("nonce")
    if not isinstance(claimed, str) or not hmac.compare_digest(claimed.encode(), nonce.encode()):
        raise NotAccepted("its nonce is not that of this sign-in")
    if claims["sub"] in provider.revoked or claims.get("jti") in provider.revoked:
        raise NotAccepted("it is revoked")
    return claims


def _check(claims: Mapping[str, object], provider: IdentityProvider, sign_in: PageSignIn, now: datetime) -> None:
    registry = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": sign_in.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    registry.validate(dict(claims))
    check_times(claims)
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if not set(audiences) <= {sign_in.client_id, provider.audience}:
        raise NotAccepted("it is for others too")
    if claims.get("azp", None if len(audiences) > 1 else sign_in.client_id) != sign_in.client_id:
        raise NotAccepted("it was issued to another client")
    issued, expires = int(str(claims["iat"])), int(str(claims["exp"]))
    if now.timestamp() - issued > SIGN_IN_LASTS.total_seconds() + LEEWAY_S:
        raise NotAccepted("it was not issued just now")
    if not 0 < expires - issued <= LASTS_S_MAX:
        raise NotAccepted("it holds longer than a token may")
