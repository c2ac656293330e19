"""The guards of four eyes: each is taken out of a copy of the source, and a test of its name must fail.

`make four-eyes-guards` (ARGS="--only spelling" for some). That each guard stands in the source exactly once is held by
`tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import Edit, Guard, main

PERSON, FOUR_EYES, INTAKE = "kernel/identity/person.py", "kernel/model/four_eyes.py", "kernel/identity/intake.py"
MANDATES, LINES = "services/approvals/changes.py", "services/deployments/correction_steps.py"
PEOPLE, DOORS = "tests/kernel/test_person.py", "tests/kernel/test_four_eyes_at_the_doors.py"
HELD, DROP = "tests/kernel/test_held_events.py", "kernel/store/drop_held_event.py"
STORIES, CORRECTIONS = "tests/specs/test_four_eyes.py", "tests/specs/test_four_eyes_corrections.py"


def _at_the_doors(test: str, param: str = "memory") -> str:
    """One test at the doors, on the store that needs no server."""
    return f"{DOORS}::test_{test}[{param}]"


def _without(name: str, search: str, file: str, text: str, instead: str) -> Guard:
    return Guard(name, "", (Edit(file, text, instead),), search)


FOUR_EYES_GUARDS: Final = (
    _without("two people", STORIES, FOUR_EYES, "if are_two(person, proposer):", "if True:"),
    _without("an unknown proposer", STORIES, FOUR_EYES, "if proposer is None:", "if proposer is None and False:"),
    _without("the version that was read", STORIES, FOUR_EYES, "if since <= version <= self.version:", "if True:"),
    _without("no version of the future", STORIES, FOUR_EYES, "since <= version <= self.version", "since <= version"),
    _without("a version at all", STORIES, FOUR_EYES, "            if person is None:\n", "            if True:\n"),
    _without("an amendment in between", STORIES, MANDATES, "return after.outdated()", "return after"),
    _without("a tour that moves on", CORRECTIONS, LINES, 'after.outdated(data.text_of("tour"))', "after"),
    _without("other tours", CORRECTIONS, LINES, 'after.outdated(data.text_of("tour"))', "after.outdated()"),
    _without("a bound for proposals", STORIES, FOUR_EYES, "if len(self.waiting) < WAITING_MAX:", "if True:"),
    _without("a reason to act alone", STORIES, FOUR_EYES, "if not why.strip():", "if False:"),
    _without("a proposal, not the change", STORIES, FOUR_EYES, "return person is not None and", "return False and"),
    _without(
        "a mandate's own approval", STORIES, MANDATES, "own.proposals.refusal(", "None and own.proposals.refusal("
    ),
    _without(
        "no two keys",
        _at_the_doors("own_approval_without_a_name_is_refused"),
        PERSON,
        "return one.producer != other.producer",
        "return True",
    ),
    _without("one way of knowing a name", PEOPLE, PERSON, " and one.way == other.way", ""),
    _without("letter case", PEOPLE, PERSON, "_nfkc(name).casefold()", "_nfkc(name)"),
    _without("Unicode forms", PEOPLE, PERSON, 'return unicodedata.normalize("NFKC", text)', "return text"),
    _without("what nobody sees", PEOPLE, PERSON, 'not in ("Cf", "Cc")', 'not in ("Cc",)'),
    _without("verified officials alone", PEOPLE, PERSON, "if kind in _WAYS else", "if True else"),
    _without("policies are nobody", PEOPLE, PERSON, ' or kind == "system"', ""),
    _without(
        "officials that may be named",
        _at_the_doors("an_actor_of_a_producer_that_may_not_name_officials_is_no_other_person"),
        INTAKE,
        "producer.names_officials and signed.actor",
        "signed.actor",
    ),
    _without(
        "who signed in",
        _at_the_doors("whoever_signed_in_is_who_acts_whatever_the_command_says"),
        INTAKE,
        'if sender.kind == "user":',
        "if False:",
    ),
    _without("two operators", HELD, DROP, " or same_spelling(first) == same_spelling(operator)", ""),
    _without("the reason that was read", HELD, DROP, ' or row["drop_reason"] != reason', ""),
    _without(
        "break-glass by its own permit",
        _at_the_doors("break_glass_without_its_own_permit_is_refused"),
        "kernel/identity/register_commands.py",
        " and not known[name].is_break_glass",
        "",
    ),
    _without(
        "operators with two keys",
        "tests/kernel/test_register.py",
        PERSON,
        "len({same_spelling(one.name) for one in holders})",
        "len({one.public for one in holders})",
    ),
)

if __name__ == "__main__":
    sys.exit(main(FOUR_EYES_GUARDS))
