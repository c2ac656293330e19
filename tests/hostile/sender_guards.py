"""The guards of what a sender of some States learns: without one, its test must fail."""

from typing import Final

from tests.hostile.guards import Edit, Guard

AHEAD = "kernel/decide/read_ahead.py"
DECISION, BATCH = "kernel/decide/within_scope.py", "kernel/decide/batch.py"
FOREIGN, INTAKE = "tests/specs/test_foreign_and_unknown.py", "tests/kernel/test_intake.py"
SENDER_GUARDS: Final = (
    Guard(
        "foreign as unknown",
        "a stream of another State is as unknown as one that nobody has",
        (Edit(DECISION, "decision = decider.decide(command, seen)", "decision = decider.decide(command, states)"),),
        FOREIGN,
    ),
    Guard(
        "a vacancy of theirs",
        "a vacancy that answers another State's application is as unknown as one that nobody announced",
        (
            Edit(
                "services/vacancies/decider.py",
                "        if not all(may_see(one) for one in applied):\n",
                "        if False:\n",
            ),
        ),
        FOREIGN,
    ),
    Guard(
        "papers of their units",
        "the MOU and the visit of another State's unit are as unknown as those of no unit",
        (
            Edit(
                "services/deployments/decider.py",
                "            is_seen = state.contributor is not None and may_see(state.contributor)\n",
                "            is_seen = True\n",
            ),
        ),
        FOREIGN,
    ),
    Guard(
        "nobody's thing",
        "a sender of some States says nothing of what no State has on record",
        (Edit(DECISION, 'not about and command.data.text_of("contributor") is None', "False"),),
        FOREIGN,
    ),
    Guard(
        "a claim's owner",
        "who holds a person or a post is not named to a sender of some States",
        (Edit(BATCH, "None if permits.is_limited(principal) else other", "other"),),
        INTAKE,
    ),
    Guard(
        "checked for its message",
        "a signature that was checked ahead counts for the message that came with it, and for no other",
        (
            Edit(
                "kernel/identity/quick_keys.py",
                "self._ahead.pop((signature, message), None)",
                "next((held for (known, _), held in self._ahead.items() if known == signature), None)",
            ),
        ),
        "tests/kernel/test_checked_ahead.py",
    ),
    Guard(
        "read for its record",
        "what was read of a record ahead of its turn counts for that record, and for no other at its place",
        (
            Edit(AHEAD, "self._kept.pop(id(record), None)", "self._kept.pop(record.offset, None)"),
            Edit(AHEAD, "into[id(record)] = record, raw", "into[record.offset] = record, raw"),
            Edit(AHEAD, "left.get(id(record))", "left.get(record.offset)"),
        ),
        "tests/kernel/test_read_ahead.py::test_what_was_read_of_a_record_counts_for_no_other_at_its_place",
    ),
)
