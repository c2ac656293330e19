"""Records that are each as they were signed, and of which some never came: a gap is found and named."""

from typing import Any

from services.audit.verify.continuity import ContinuityChecker
from services.audit.verify.verifier import Verification
from tests.foreign import command


def problems(events: list[dict[str, Any]]) -> list[str]:
    report = Verification()
    chain = ContinuityChecker(report)
    for one in events:
        chain.see(one)
    chain.end()
    return report.findings


def archived(topic: str, offset: int, headers: dict[str, str], value: str = "{}", timestamp: int = 0) -> dict[str, Any]:
    place = {"topic": topic, "partition": 0, "offset": offset, "timestamp": timestamp}
    named = [[f"ce_{name}", content.encode().hex()] for name, content in headers.items()]
    return {**place, "key": b"mandate/1".hex(), "headers": named, "value": value.encode().hex()}


def event(position: int, version: int) -> dict[str, Any]:
    headers = {"specversion": "1.0", "id": f"e-{position}", "source": "s", "type": "approvals.MandateProposed.v1"}
    headers |= {"subject": "mandate/1", "position": str(position), "streamversion": str(version)}
    return archived("approvals.events", position, headers)


def command_at(timestamp: int) -> dict[str, Any]:
    sent = command("c-1", "approvals.ProposeMandate", "mandate/1", {})
    headers = {name: str(sent[name]) for name in ("specversion", "id", "source", "type", "subject")}
    return archived("approvals.commands", 7, headers, timestamp=timestamp)


def test_versions_and_positions_that_go_up_by_one_are_whole() -> None:
    assert problems([event(1, 1), event(2, 2), event(3, 3)]) == []


def test_a_gap_is_named() -> None:
    assert problems([event(1, 1), event(3, 3)]) == [
        "approvals.events/0/3: version 3 of mandate/1, where 2 was due",
        "approvals.events: position 2 is missing, and 3 is there",
    ]


def dead_letter_of(offset: int, *, forged: int | None = None, timestamp: int = 60_001) -> dict[str, Any]:
    """A dead letter of the command's topic; the record itself may have had a header that names another."""
    letter = archived("approvals.dead-letters", 0, {}, timestamp=timestamp)
    place = {"topic": "approvals.commands", "partition": "0", "offset": str(offset)}
    named = [[f"dead-letter-{name}", text.encode().hex()] for name, text in place.items()]
    theirs = [] if forged is None else [["dead-letter-offset", str(forged).encode().hex()]]
    return {**letter, "headers": [*named, *theirs]}


def test_a_command_whose_sender_is_not_believed_has_a_dead_letter_in_place_of_an_outcome() -> None:
    assert problems([command_at(0), dead_letter_of(7)]) == []
    missing = ["approvals.commands/0/7: this command has no outcome"]
    assert problems([command_at(0), dead_letter_of(8)]) == missing
    assert problems([command_at(0), dead_letter_of(8, forged=7)]) == missing


def test_the_true_command_behind_a_forged_one_of_its_name_still_needs_its_outcome() -> None:
    true = {**command_at(0), "offset": 8}
    assert problems([command_at(0), true, dead_letter_of(7)]) == ["approvals.commands/0/8: this command has no outcome"]


def test_a_command_without_an_outcome_is_named_when_it_had_time() -> None:
    assert problems([command_at(0), archived("approvals.dead_letters", 1, {}, timestamp=60_000)]) == []
    late = archived("approvals.dead_letters", 1, {}, timestamp=60_001)
    assert problems([command_at(0), late]) == ["approvals.commands/0/7: this command has no outcome"]
