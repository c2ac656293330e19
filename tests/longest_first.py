"""The order of files where several processes take one after another: a long file must not be begun last.

`--dist loadfile` hands out files in the order of collection, where `--no-loadscope-reorder` keeps it from beginning
with the files of most tests: these are pure and short, and the long ones, of one test each, would come last.
"""

from collections.abc import Sequence
from typing import Final

import pytest

LONGEST: Final = (
    "tests/e2e/test_fuzzed_documents.py",
    "tests/hostile/test_starting_again.py",
    "tests/access/test_every_pair.py",
    "tests/faults/test_restarts.py",
    "tests/e2e/test_every_parameter.py",
    "tests/e2e/test_local_services.py",
    "tests/e2e/test_documented_commands.py",
    "tests/hostile/test_over_kafka.py",
    "tests/e2e/test_receipts.py",
    "tests/e2e/test_rebuild.py",
    "tests/faults/test_kill.py",
    "tests/faults/test_kill_audit.py",
    "tests/audit/test_lost_topics.py",
    "tests/integration/test_bad_questions.py",
    "tests/e2e/test_strength_returns.py",
    "tests/e2e/test_registered_producers.py",
    "tests/faults/test_two_processes.py",
    "tests/deploy/test_local_stack.py",
    "tests/deploy/test_local_user.py",
    "tests/integration/test_thousand_followers.py",
    "tests/integration/test_documents.py",
    "tests/browser/test_gallery.py",
    "tests/browser/test_pages.py",
    "tests/browser/test_sign_in.py",
)
"""As one run took them; all others are shorter. A file that is missing here costs some seconds at the end of a run."""
_PLACES: Final = {name: place for place, name in enumerate(LONGEST)}


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The same tests; those of one file, and those of all other files, stay in their order."""
    return sorted(items, key=lambda item: _PLACES.get(item.nodeid.partition("::")[0], len(LONGEST)))
