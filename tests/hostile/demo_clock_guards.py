"""The guards of a demo's clock: where it is on, what it may name, and that it never goes behind the true one.

Each is taken out of a copy of the source, and a test of its name must fail. The last ones need Postgres.
That each guard stands in the source exactly once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import main
from tests.hostile.one_edit import never, without

CLOCK, SETTING, SQL = "kernel/model/demo_clock.py", "kernel/messaging/demo_clock_setting.py", "kernel/sql/store.sql"
TESTS: Final = "tests/kernel/test_demo_clock.py::test_"
INVALID: Final = f"{TESTS}a_command_that_may_not_name_its_record_time_is_invalid_by_the_true_clock"
ELSEWHERE: Final = f"{TESTS}a_service_that_others_may_depend_on_does_not_start_with_it"
BEHIND: Final = f"{TESTS}nothing_is_recorded_before_what_the_true_clock_recorded"
ITS_KEY: Final = f"{TESTS}what_is_kept_of_a_command_over_http_says_when_it_came_in_truth"
SIGNED: Final = "tests/kernel/test_intake.py::test_the_record_time_of_a_demo_counts_within_the_signature_alone"

DEMO_CLOCK_GUARDS: Final = (
    never("a record time where the demo's clock is off", INVALID, CLOCK, "not is_on"),
    never("a record time later than now", INVALID, CLOCK, "instant > received"),
    never("a record time of no calendar", INVALID, CLOCK, "not is_instant_in_range(instant)"),
    without(
        "a stored record time once it is off",
        f"{TESTS}once_it_is_off_what_was_stored_or_follows_is_recorded_by_the_true_clock",
        CLOCK,
        "return envelope if is_on else without(envelope)",
        "return envelope",
    ),
    never(
        "a demo's clock with brokers elsewhere",
        ELSEWHERE,
        SETTING,
        "not kafka.is_this_machine(kafka.host_and_port(broker)[0])",
    ),
    never(
        "a demo's clock with a database elsewhere",
        ELSEWHERE,
        SETTING,
        'not (host.startswith("/") or kafka.is_this_machine(host))',
    ),
    never("a demo's clock that others can call", ELSEWHERE, SETTING, "not kafka.is_this_machine(settings.http_host)"),
    without(
        "a record time beside the signature",
        SIGNED,
        "kernel/identity/intake.py",
        '    "democlock": "demo_clock",\n',
        "",
    ),
    without(
        "a record time behind the true clock",
        BEHIND,
        SQL,
        "effective, greatest($2, democlock)",
        "effective, coalesce(democlock, $2)",
    ),
    without(
        "when a command over HTTP came in truth",
        ITS_KEY,
        "kernel/store/postgres.py",
        'recorded if by_true_clock else heads["clock"]',
        "recorded",
    ),
)

if __name__ == "__main__":
    sys.exit(main(DEMO_CLOCK_GUARDS))
