"""The guards of signing in by an identity provider: what it answers, and what it says of who signed in.

Each is taken out of a copy of the source, and a test must fail without it; all of them run without servers. That each
guard stands in the source exactly once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import main
from tests.hostile.one_edit import never, without

FLOW: Final = "kernel/identity/code_flow.py"
ANSWER: Final = "kernel/identity/bounded_answer.py"
METADATA: Final = "kernel/identity/provider_metadata.py"
OF_ID_TOKENS: Final = "kernel/identity/id_token.py"
REFUSED: Final = "tests/kernel/test_code_flow_refused.py::test_"
ENDPOINTS: Final = "tests/kernel/test_code_flow_endpoints.py::test_"
CODE_FLOW: Final = "tests/kernel/test_code_flow.py::test_"


ANSWERS: Final = (
    never(
        "state of this browser",
        f"{REFUSED}an_answer_that_is_not_that_of_this_sign_in[wrong state]",
        FLOW,
        'not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode())',
    ),
    never(
        "issuer of the answer",
        f"{REFUSED}an_answer_that_is_not_that_of_this_sign_in[the issuer of another provider]",
        FLOW,
        'answer.get("iss", None if metadata.names_itself else provider.issuer) != provider.issuer',
    ),
    without(
        "issuer that is always named",
        f"{REFUSED}an_answer_that_is_not_that_of_this_sign_in[no issuer, of a provider that always names itself]",
        FLOW,
        "None if metadata.names_itself else provider.issuer",
        "provider.issuer",
    ),
    never(
        "an error is no sign-in",
        f"{REFUSED}an_answer_that_is_not_that_of_this_sign_in[an error beside a code]",
        FLOW,
        '"error" in answer',
    ),
    without(
        "length of a code",
        f"{REFUSED}an_answer_that_is_not_that_of_this_sign_in[a code of a megabyte]",
        FLOW,
        ' <= CODE_LENGTH_MAX:\n            raise NotProven("the answer has no code")',
        ':\n            raise NotProven("the answer has no code")',
    ),
    without(
        "a verifier for each sign-in",
        f"{REFUSED}a_stolen_code_is_worth_nothing_in_another_browser",
        FLOW,
        "(secrets.token_urlsafe(32) for _ in range(3))",
        '(secrets.token_urlsafe(32), secrets.token_urlsafe(32), "v" * 43)',
    ),
    never(
        "codes at once",
        f"{ENDPOINTS}codes_that_are_exchanged_at_once_are_bounded",
        FLOW,
        "self._exchanging >= EXCHANGES_MAX",
    ),
    without(
        "how long a code is exchanged",
        f"{ENDPOINTS}a_token_endpoint_that_does_not_answer_as_it_should[slow]",
        FLOW,
        "asyncio.timeout(WITHIN_S)",
        "asyncio.timeout(None)",
    ),
    never(
        "a secret that is empty",
        f"{CODE_FLOW}a_client_with_a_secret_shows_it",
        FLOW,
        "not 0 < len(secret) <= SECRET_LENGTH_MAX",
    ),
    without(
        "status of an answer",
        f"{ENDPOINTS}a_token_endpoint_that_does_not_answer_as_it_should[500]",
        ANSWER,
        "answer.status_code != httpx.codes.OK or ",
        "",
    ),
    without(
        "an answer that is compressed",
        f"{ENDPOINTS}a_token_endpoint_that_does_not_answer_as_it_should[compressed]",
        ANSWER,
        ' or answer.headers.get("content-encoding", "identity") != "identity"',
        "",
    ),
    never(
        "size of an answer",
        f"{ENDPOINTS}a_token_endpoint_that_does_not_answer_as_it_should[a megabyte]",
        ANSWER,
        "len(content) > BYTES_MAX",
    ),
    without(
        "redirects",
        f"{ENDPOINTS}a_token_endpoint_that_does_not_answer_as_it_should[redirect]",
        ANSWER,
        "follow_redirects=False",
        "follow_redirects=True",
    ),
    never(
        "issuer of the metadata",
        f"{ENDPOINTS}metadata_of_another_issuer_or_without_what_is_needed",
        METADATA,
        'published.get("issuer") != issuer',
    ),
    never(
        "PKCE at all",
        f"{ENDPOINTS}metadata_of_another_issuer_or_without_what_is_needed",
        METADATA,
        'not isinstance(methods, list) or "S256" not in methods',
    ),
    without(
        "address of the provider",
        f"{ENDPOINTS}metadata_of_another_issuer_or_without_what_is_needed",
        METADATA,
        'secured_with_query(str(published.get("authorization_endpoint")))',
        'str(published.get("authorization_endpoint"))',
    ),
    without(
        "address for the code",
        f"{ENDPOINTS}metadata_of_another_issuer_or_without_what_is_needed",
        METADATA,
        'secured(str(published.get("token_endpoint")))',
        'str(published.get("token_endpoint"))',
    ),
    never(
        "metadata fetched once",
        f"{ENDPOINTS}a_storm_of_sign_ins_fetches_the_metadata_once",
        METADATA,
        "self._clock() - fetched <= (TRIED_EVERY_S if metadata is None else KEPT_S)",
    ),
    without(
        "how long metadata may take",
        f"{ENDPOINTS}metadata_that_cannot_be_had[slow]",
        METADATA,
        "asyncio.timeout(WITHIN_S)",
        "asyncio.timeout(None)",
    ),
)
ID_TOKENS: Final = (
    never(
        "type of an ID token",
        f"{REFUSED}an_id_token_that_is_not_accepted[an access token]",
        OF_ID_TOKENS,
        'str(header.get("typ", "")).lower() not in TYPES',
    ),
    never(
        "nonce of this sign-in",
        f"{REFUSED}an_id_token_that_is_not_accepted[wrong nonce]",
        OF_ID_TOKENS,
        "not isinstance(claimed, str) or not hmac.compare_digest(claimed.encode(), nonce.encode())",
    ),
    without(
        "a person that is revoked",
        f"{REFUSED}an_id_token_that_is_not_accepted[a sub that is revoked]",
        OF_ID_TOKENS,
        'claims["sub"] in provider.revoked or ',
        "",
    ),
    without(
        "an ID token that is revoked",
        f"{REFUSED}an_id_token_that_is_not_accepted[a jti that is revoked]",
        OF_ID_TOKENS,
        ' or claims.get("jti") in provider.revoked',
        "",
    ),
    without(
        "audience of an ID token",
        f"{REFUSED}an_id_token_that_is_not_accepted[the audience of the services]",
        OF_ID_TOKENS,
        '        aud={"essential": True, "value": sign_in.client_id},\n',
        "",
    ),
    never(
        "for others too",
        f"{REFUSED}an_id_token_that_is_not_accepted[for others too]",
        OF_ID_TOKENS,
        "not set(audiences) <= {sign_in.client_id, provider.audience}",
    ),
    without(
        "azp among several audiences",
        f"{REFUSED}an_id_token_that_is_not_accepted[several audiences without azp]",
        OF_ID_TOKENS,
        "None if len(audiences) > 1 else sign_in.client_id",
        "sign_in.client_id",
    ),
    never(
        "azp of another client",
        f"{REFUSED}an_id_token_that_is_not_accepted[azp of another client]",
        OF_ID_TOKENS,
        'claims.get("azp", None if len(audiences) > 1 else sign_in.client_id) != sign_in.client_id',
    ),
    never(
        "issued just now",
        f"{REFUSED}an_id_token_that_is_not_accepted[issued an hour ago]",
        OF_ID_TOKENS,
        "now.timestamp() - issued > SIGN_IN_LASTS.total_seconds() + LEEWAY_S",
    ),
    never(
        "ten years of an ID token",
        f"{REFUSED}an_id_token_that_is_not_accepted[ten years]",
        OF_ID_TOKENS,
        "not 0 < expires - issued <= LASTS_S_MAX",
    ),
    without(
        "times of an ID token",
        f"{REFUSED}an_id_token_that_is_not_accepted[float nbf]",
        OF_ID_TOKENS,
        "    check_times(claims)\n",
        "",
    ),
)
SIGN_IN_GUARDS: Final = (*ANSWERS, *ID_TOKENS)

if __name__ == "__main__":
    sys.exit(main(SIGN_IN_GUARDS))
