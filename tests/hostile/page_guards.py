"""The guards of pages: forms that no other site sends, cookies, sessions and links.

Each is taken out of a copy of the source, and a test must fail without it; all of them run without servers. That each
guard stands in the source exactly once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import main
from tests.hostile.one_edit import never, without

SIGN_IN: Final = "kernel/http/sign_in.py"
OWN_PAGES: Final = "kernel/http/own_pages.py"
SESSIONS: Final = "kernel/identity/sessions.py"
BY_PROVIDER: Final = "kernel/http/provider_sign_in.py"
TOKENS: Final = "kernel/identity/tokens.py"
PAGES: Final = "tests/kernel/test_sign_in.py::test_"
CODE_FLOW: Final = "tests/kernel/test_code_flow.py::test_"
REFUSED: Final = "tests/kernel/test_code_flow_refused.py::test_"
STATIC: Final = "tests/kernel/test_tokens.py::test_"


PAGE_GUARDS: Final = (
    without(
        "form that signs in",
        f"{PAGES}a_form_of_another_site_neither_signs_in_nor_out",
        SIGN_IN,
        "        check_own_page(request)\n        sent",
        "        sent",
    ),
    without(
        "form that signs out",
        f"{PAGES}a_form_of_another_site_neither_signs_in_nor_out",
        SIGN_IN,
        "        check_own_page(request)\n        sessions",
        "        sessions",
    ),
    without(
        "a token that is known",
        f"{PAGES}what_is_no_token_signs_nobody_in",
        SIGN_IN,
        "digest if known else None",
        "digest",
    ),
    without(
        "session for no script",
        f"{PAGES}the_cookie_is_for_this_site_and_no_script",
        SIGN_IN,
        'httponly=True, samesite="strict")',
        'httponly=False, samesite="strict")',
    ),
    without(
        "session for no other site",
        f"{PAGES}the_cookie_is_for_this_site_and_no_script",
        SIGN_IN,
        'httponly=True, samesite="strict")',
        'httponly=True, samesite="none")',
    ),
    without(
        "signed out for every copy",
        f"{CODE_FLOW}who_signs_out_is_signed_out_for_every_copy_of_the_cookie",
        SIGN_IN,
        "        sessions.sign_out(cookie_of(request.scope, sessions.cookie), datetime.now(UTC))\n",
        "",
    ),
    without(
        "same site is another origin",
        f"{PAGES}a_form_of_another_site_neither_signs_in_nor_out",
        OWN_PAGES,
        'site == "same-origin"',
        'site != "cross-site"',
    ),
    without(
        "origin with its port",
        f"{PAGES}a_form_of_another_site_neither_signs_in_nor_out",
        OWN_PAGES,
        'urlsplit(origin).netloc == request.headers.get("host")',
        'urlsplit(origin).hostname == request.headers.get("host")',
    ),
    without(
        "form of no page",
        f"{PAGES}a_form_of_another_site_neither_signs_in_nor_out",
        OWN_PAGES,
        "if origin else False",
        "if origin else True",
    ),
    never("size of a form", f"{PAGES}what_is_no_token_signs_nobody_in", OWN_PAGES, "len(body) > BODY_BYTES_MAX"),
    without(
        "a path alone", f"{PAGES}nobody_is_led_to_another_site", OWN_PAGES, 'following.startswith("/")\n', "following\n"
    ),
    without(
        "a host after two slashes",
        f"{PAGES}nobody_is_led_to_another_site",
        OWN_PAGES,
        '        and not following.startswith("//")\n',
        "",
    ),
    without(
        "a backslash", f"{PAGES}nobody_is_led_to_another_site", OWN_PAGES, '        and "\\\\" not in following\n', ""
    ),
    without(
        "a path in one line",
        f"{PAGES}nobody_is_led_to_another_site",
        OWN_PAGES,
        "        and following.isprintable()\n",
        "",
    ),
    without(
        "length of a path",
        f"{PAGES}nobody_is_led_to_another_site",
        OWN_PAGES,
        "        and len(following) <= ADDRESS_LENGTH_MAX\n",
        "",
    ),
    without(
        "purpose of what is signed",
        f"{PAGES}sessions_and_links_hold_for_their_time_and_for_nothing_else",
        SESSIONS,
        'f"{purpose}\\n{content}"',
        'f"{content}"',
    ),
    without(
        "end of what is signed",
        f"{PAGES}sessions_and_links_hold_for_their_time_and_for_nothing_else",
        SESSIONS,
        "content if now.timestamp() < int(until) else None",
        "content",
    ),
    without(
        "our own signature",
        f"{PAGES}what_another_key_signed_is_no_session",
        SESSIONS,
        'if value.count(".") != _PARTS - 1 or not hmac.compare_digest(\n'
        '            self._mac(purpose, signed).encode(), mac.encode("utf-8", "surrogateescape")\n        ):',
        'if value.count(".") != _PARTS - 1:',
    ),
    without("a link once", f"{PAGES}a_link_signs_in_once", SESSIONS, "None if code in self._used else ", ""),
    without(
        "a session that was signed out",
        f"{PAGES}who_signs_out_is_signed_out_for_every_copy_of_the_cookie",
        SESSIONS,
        'None if value in self._used else self._verified("session"',
        'self._verified("session"',
    ),
    without(
        "a person that was signed out",
        f"{CODE_FLOW}who_signs_out_is_signed_out_for_every_copy_of_the_cookie",
        SESSIONS,
        'None if value in self._used else self._verified("person"',
        'self._verified("person"',
    ),
    without(
        "form that begins",
        f"{CODE_FLOW}a_form_of_another_site_begins_nothing",
        BY_PROVIDER,
        "        check_own_page(request)\n        return",
        "        return",
    ),
    never(
        "somebody without a role",
        f"{CODE_FLOW}who_has_no_role_here_is_not_signed_in_and_learns_whom_to_ask",
        BY_PROVIDER,
        "not person.principal.roles",
    ),
    never(
        "claims that a cookie holds",
        f"{CODE_FLOW}claims_that_no_cookie_holds_sign_nobody_in",
        BY_PROVIDER,
        "len(session) > COOKIE_BYTES_MAX",
    ),
    without(
        "secure over TLS",
        f"{CODE_FLOW}over_tls_cookies_are_secure_and_no_other_host_can_have_set_them",
        BY_PROVIDER,
        "path=path, secure=secure,",
        "path=path,",
    ),
    without(
        "secure while it begins",
        f"{CODE_FLOW}over_tls_cookies_are_secure_and_no_other_host_can_have_set_them",
        BY_PROVIDER,
        "secure=is_secure, httponly",
        "secure=False, httponly",
    ),
    without(
        "no other host's cookie",
        f"{CODE_FLOW}over_tls_cookies_are_secure_and_no_other_host_can_have_set_them",
        BY_PROVIDER,
        "{'__Host-' if is_secure else ''}",
        "{''}",
    ),
    without(
        "cookie of the same protocol",
        f"{CODE_FLOW}over_tls_cookies_are_secure_and_no_other_host_can_have_set_them",
        BY_PROVIDER,
        ' and _is_https(str(kept["redirect_url"])) == is_secure',
        "",
    ),
    without(
        "a person's session for no script",
        f"{CODE_FLOW}the_cookies_are_bound_to_this_site_and_to_no_script",
        BY_PROVIDER,
        'httponly=True, samesite="strict")',
        'samesite="strict")',
    ),
    without(
        "a person's session for no other site",
        f"{CODE_FLOW}the_cookies_are_bound_to_this_site_and_to_no_script",
        BY_PROVIDER,
        'httponly=True, samesite="strict")',
        'httponly=True, samesite="lax")',
    ),
    without(
        "what has begun, for no script",
        f"{CODE_FLOW}the_cookies_are_bound_to_this_site_and_to_no_script",
        BY_PROVIDER,
        "secure=is_secure, httponly=True,",
        "secure=is_secure,",
    ),
    without(
        "what has begun is over",
        f"{CODE_FLOW}the_cookies_are_bound_to_this_site_and_to_no_script",
        BY_PROVIDER,
        "    _forget(shown, request)\n",
        "",
    ),
    never(
        "a parameter twice",
        f"{REFUSED}a_parameter_that_is_there_twice",
        BY_PROVIDER,
        "len(answer.keys()) != len(answer.multi_items())",
    ),
    without(
        "a sign-in once", f"{REFUSED}a_replayed_answer", BY_PROVIDER, "    sessions.spend_sign_in(value, now)\n", ""
    ),
    without(
        "a sign-in that was used",
        f"{REFUSED}a_replayed_answer",
        SESSIONS,
        'None if value in self._used else self._verified("sign-in"',
        'self._verified("sign-in"',
    ),
    without(
        "ten minutes at a provider",
        f"{REFUSED}a_sign_in_that_took_longer_than_ten_minutes",
        SESSIONS,
        "SIGN_IN_LASTS: Final = timedelta(minutes=10)",
        "SIGN_IN_LASTS: Final = timedelta(minutes=11)",
    ),
    without(
        "expiry of a token",
        f"{STATIC}a_token_is_refused_from_the_first_moment_of_its_last_day",
        TOKENS,
        " and matching[0].holds(now)",
        "",
    ),
    without(
        "constant time",
        f"{STATIC}every_line_is_compared_in_constant_time",
        TOKENS,
        "hmac.compare_digest(one.digest, digest)",
        "one.digest == digest",
    ),
    never(
        "a token of two lines",
        f"{STATIC}one_wrong_line_refuses_the_whole_file",
        TOKENS,
        "token.name in tokens or token.digest in {one.digest for one in tokens.values()}",
    ),
)

if __name__ == "__main__":
    sys.exit(main(PAGE_GUARDS))
