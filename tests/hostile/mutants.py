"""Every guard, of every kind: each is taken out of a copy of the source, and the test of its name must fail.

`make mutants` (ARGS="--only DER waits" for some, which takes a minute) ends with a line for each guard.
"""

import sys
from typing import Final

from tests.hostile.broker_guards import BROKER_GUARDS
from tests.hostile.demo_clock_guards import DEMO_CLOCK_GUARDS
from tests.hostile.four_eyes_guards import FOUR_EYES_GUARDS
from tests.hostile.guards import GUARDS, Guard, main
from tests.hostile.page_guards import PAGE_GUARDS
from tests.hostile.producer_guards import PRODUCER_GUARDS
from tests.hostile.report_guards import REPORT_GUARDS
from tests.hostile.request_guards import REQUEST_GUARDS
from tests.hostile.scope_guards import SCOPE_GUARDS
from tests.hostile.sender_guards import SENDER_GUARDS
from tests.hostile.sign_in_guards import SIGN_IN_GUARDS
from tests.hostile.signature_guards import SIGNATURE_GUARDS
from tests.hostile.token_guards import TOKEN_GUARDS

EVERY: Final[tuple[Guard, ...]] = (
    *(*SENDER_GUARDS, *PRODUCER_GUARDS, *BROKER_GUARDS, *FOUR_EYES_GUARDS, *SIGNATURE_GUARDS),
    *(*TOKEN_GUARDS, *SIGN_IN_GUARDS, *PAGE_GUARDS, *REQUEST_GUARDS),
    *REPORT_GUARDS,
    *(*DEMO_CLOCK_GUARDS, *SCOPE_GUARDS, *GUARDS),
)
"""The quick ones first."""

if __name__ == "__main__":
    sys.exit(main(EVERY))
