"""The guards of what a request shows: which credentials count, which routes they open, under which names.

Each is taken out of a copy of the source, and a test must fail without it; all of them run without servers. That each
guard stands in the source exactly once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import main
from tests.hostile.one_edit import never, without

SHOWN: Final = "kernel/http/authentication.py"
GUARD: Final = "kernel/http/guard.py"
PERMITS: Final = "kernel/http/permits.py"
HOSTS: Final = "kernel/http/proxied.py"
SERVER: Final = "kernel/runtime/process.py"
AT_THE_DOOR: Final = "tests/kernel/test_guard.py::test_"
CREDENTIALS: Final = "tests/kernel/test_authentication.py::test_"
PAGES: Final = "tests/kernel/test_sign_in.py::test_"
NAMES: Final = "tests/kernel/test_proxied.py::test_"
FORWARDED: Final = "tests/kernel/test_forwarded_headers.py::test_"


REQUEST_GUARDS: Final = (
    without("two tokens are none", f"{AT_THE_DOOR}two_tokens_are_none", SHOWN, " if len(headers) == 1 else None", ""),
    without(
        "Basic is for pages",
        f"{AT_THE_DOOR}basic_is_for_pages_alone",
        SHOWN,
        ' if scheme.lower() == "basic" and is_page else',
        ' if scheme.lower() == "basic" else',
    ),
    without(
        "length of credentials",
        f"{CREDENTIALS}credentials_that_are_too_long_are_not_looked_at",
        SHOWN,
        " or len(value) > CREDENTIALS_BYTES_MAX",
        "",
    ),
    never(
        "length of cookies",
        f"{CREDENTIALS}credentials_that_are_too_long_are_not_looked_at",
        SHOWN,
        "len(header) > CREDENTIALS_BYTES_MAX",
    ),
    never(
        "a session sends no command",
        f"{PAGES}a_session_reads_and_sends_no_command",
        SHOWN,
        'scope["method"] not in SAFE',
    ),
    without(
        "the guard itself",
        f"{AT_THE_DOOR}a_route_answers_whom_its_permit_names_and_nobody_else",
        GUARD,
        "not permit.allows(principal)",
        "False",
    ),
    never("web sockets", f"{AT_THE_DOOR}a_websocket_is_closed", GUARD, 'scope["type"] != "http"'),
    without(
        "streams verify again",
        f"{AT_THE_DOOR}a_token_that_is_revoked_while_a_stream_is_open_ends_the_stream",
        GUARD,
        "await self._authenticator.principal(credentials) is None",
        "False",
    ),
    without(
        "answers differ by token",
        f"{AT_THE_DOOR}answers_are_kept_for_nobody_else",
        GUARD,
        'add_vary_header("Authorization")',
        'add_vary_header("Accept")',
    ),
    without(
        "answers differ by session",
        f"{AT_THE_DOOR}answers_are_kept_for_nobody_else",
        GUARD,
        'add_vary_header("Cookie")',
        'add_vary_header("Accept")',
    ),
    without(
        "a route without a permit",
        f"{AT_THE_DOOR}a_route_without_a_permit_keeps_the_process_from_starting",
        PERMITS,
        "not in permits]:",
        "not in permits and False]:",
    ),
    without(
        "every State's route",
        f"{AT_THE_DOOR}a_route_for_every_state_is_closed_to_a_reader_of_one",
        PERMITS,
        "(self.scoped or principal.contributors is None)",
        "True",
    ),
    without(
        "permit of the method",
        f"{AT_THE_DOOR}each_method_of_a_path_has_its_own_permit",
        PERMITS,
        "name == method and ",
        "",
    ),
    without(
        "names of the service",
        f"{NAMES}a_name_of_somebody_elses_is_refused_where_only_this_machine_is_to_ask",
        HOSTS,
        "not all(map(self._is_own, hosts))",
        "False",
    ),
    without(
        "each of two names",
        f"{NAMES}one_of_two_names_is_enough_to_be_refused",
        HOSTS,
        "not all(map(self._is_own, hosts))",
        "not any(map(self._is_own, hosts))",
    ),
    without(
        "names below a name",
        f"{NAMES}further_names_are_a_setting",
        HOSTS,
        "name.endswith(own[1:])",
        "name.endswith(own[2:])",
    ),
    without(
        "this machine alone",
        f"{NAMES}a_name_of_somebody_elses_is_refused_where_only_this_machine_is_to_ask",
        HOSTS,
        "if not names and not names_this_machine(_bracketed(settings.http_host)):",
        "if not names:",
    ),
    without(
        "no proxy is named",
        f"{FORWARDED}without_a_named_proxy_nobody_is_believed",
        SERVER,
        'proxy_headers=settings.http_proxies is not None,\n        forwarded_allow_ips=settings.http_proxies or "",\n',
        "",  # then uvicorn believes this machine, and whom its own variable names
    ),
    without(
        "whose headers are believed",
        f"{FORWARDED}a_named_proxy_is_believed_and_nobody_else",
        SERVER,
        'forwarded_allow_ips=settings.http_proxies or ""',
        'forwarded_allow_ips="*"',
    ),
)

if __name__ == "__main__":
    sys.exit(main(REQUEST_GUARDS))
