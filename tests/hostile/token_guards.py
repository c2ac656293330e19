"""The guards of access tokens, and of the keys that sign them.

Each is taken out of a copy of the source, and a test must fail without it; all of them run without servers. That each
guard stands in the source exactly once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import main
from tests.hostile.one_edit import never, without

JWT: Final = "kernel/identity/jwt.py"
JWKS: Final = "kernel/identity/jwks.py"
PROVIDERS: Final = "kernel/identity/providers.py"
ACCESS_TOKENS: Final = "tests/kernel/test_jwt.py::test_"
KEY_SETS: Final = "tests/kernel/test_jwks.py::test_"
CODE_FLOW: Final = "tests/kernel/test_code_flow.py::test_"


TOKEN_GUARDS: Final = (
    never(
        "type of an access token",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[an ID token]",
        JWT,
        'str(header.get("typ")).lower() not in TYPES',
    ),
    without(
        "algorithms of the issuer",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[an algorithm that is not one of the issuer's]",
        JWT,
        "if algorithm not in provider.algorithms or not isinstance(kid, str):",
        "if not isinstance(kid, str):",
    ),
    without(
        "signature of a token",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[another's key of the same kid]",
        JWT,
        "parsed_object(jws.deserialize_compact(token, key, [str(algorithm)]).payload)",
        "parts_of(token)[1]",
    ),
    never(
        "critical headers", f"{ACCESS_TOKENS}a_token_that_is_not_accepted[crit that is empty]", JWT, '"crit" in header'
    ),
    without(
        "length of a token",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[too long]",
        JWT,
        "if len(token) > TOKEN_LENGTH_MAX or len(parts) != _PARTS:",
        "if len(parts) != _PARTS:",
    ),
    without(
        "audience of an access token",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[wrong aud]",
        JWT,
        '        aud={"essential": True, "value": provider.audience},\n',
        "",
    ),
    without(
        "client of an access token",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[missing client_id]",
        JWT,
        '        client_id={"essential": True},\n',
        "",
    ),
    without(
        "times of a token",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[float nbf]",
        JWT,
        "    check_times(claims)\n",
        "",
    ),
    never(
        "ten years of a token",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[ten years]",
        JWT,
        'not 0 < int(str(claims["exp"])) - int(str(claims["iat"])) <= provider.lifetime_max_s',
    ),
    never(
        "a token that is revoked",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[revoked]",
        JWT,
        '{claims["jti"], claims["sub"]} & provider.revoked',
    ),
    without(
        "use of a key",
        f"{KEY_SETS}a_key_that_is_too_short_or_for_something_else_is_not_used",
        JWKS,
        'self.data.get("use", "sig")',
        '"sig"',
    ),
    without(
        "algorithm of a key",
        f"{KEY_SETS}a_key_that_is_too_short_or_for_something_else_is_not_used",
        JWKS,
        'self.data.get("alg", algorithm)',
        "algorithm",
    ),
    without(
        "curve of a key",
        f"{KEY_SETS}a_key_that_is_too_short_or_for_something_else_is_not_used",
        JWKS,
        '(curve is None or self.data.get("crv") == curve)',
        "True",
    ),
    without(
        "operations of a key",
        f"{KEY_SETS}a_key_that_is_too_short_or_for_something_else_is_not_used",
        JWKS,
        '            and "verify" in operations\n',
        "",
    ),
    without(
        "bits of RSA",
        f"{KEY_SETS}a_key_that_is_too_short_or_for_something_else_is_not_used",
        JWKS,
        "if key.raw_value.key_size >= RSA_BITS_MIN else None",
        "if True else None",
    ),
    without(
        "a private key in the set",
        f"{KEY_SETS}a_key_that_is_too_short_or_for_something_else_is_not_used",
        JWKS,
        ' or "d" in data',
        "",
    ),
    without(
        "keys of a day ago",
        f"{KEY_SETS}a_key_set_that_cannot_be_had",
        JWKS,
        "        if self._clock() - self._fetched > KEPT_FOR_S:\n            raise KeysUnavailable\n",
        "",
    ),
    never(
        "two keys of one id",
        f"{KEY_SETS}a_key_set_that_cannot_be_had[the same id twice]",
        JWKS,
        "len(by_id) != len(named)",
    ),
    without(
        "how long keys may take",
        f"{KEY_SETS}a_key_set_that_cannot_be_had[slow]",
        JWKS,
        "asyncio.timeout(WITHIN_S)",
        "asyncio.timeout(None)",
    ),
    without(
        "one fetch a minute",
        f"{KEY_SETS}a_storm_of_unknown_key_ids_makes_one_fetch_a_minute",
        JWKS,
        " and now - self._tried > UNKNOWN_KID_EVERY_S",
        "",
    ),
    without(
        "a key set for each issuer",
        f"{KEY_SETS}a_key_of_one_issuer_is_no_key_of_another",
        JWT,
        "place = (provider.issuer, provider.jwks_url)",
        'place = ("", "")',
    ),
    without(
        "a name that is text",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[a sub with a line feed]",
        PROVIDERS,
        "not subject.isprintable() or ",
        "",
    ),
    without(
        "length of a subject",
        f"{ACCESS_TOKENS}a_token_that_is_not_accepted[a sub of 300 characters]",
        PROVIDERS,
        "0 < len(subject) <= SUBJECT_LENGTH_MAX",
        "0 < len(subject)",
    ),
    never(
        "https of a provider",
        f"{ACCESS_TOKENS}a_wrong_configuration_is_refused_whole",
        PROVIDERS,
        'parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname))',
    ),
    never(
        "one table for each issuer",
        f"{ACCESS_TOKENS}two_providers_of_one_issuer_are_refused",
        PROVIDERS,
        "len(by_issuer) != len(providers)",
    ),
    without(
        "a session of who is revoked",
        f"{CODE_FLOW}a_session_gives_what_the_configuration_gives_now",
        PROVIDERS,
        "self.sign_in is None or subject in self.revoked",
        "self.sign_in is None",
    ),
    without(
        "a session by a provider of today",
        f"{CODE_FLOW}a_session_gives_what_the_configuration_gives_now",
        PROVIDERS,
        "self.sign_in is None or subject in self.revoked",
        "subject in self.revoked",
    ),
    without(
        "redirect URLs to the letter",
        f"{CODE_FLOW}the_provider_leads_back_to_an_address_of_the_configuration_alone",
        PROVIDERS,
        "(ours if len(ours) == 1 else ())",
        "ours",
    ),
)

if __name__ == "__main__":
    sys.exit(main(TOKEN_GUARDS))
