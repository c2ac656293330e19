"""A small made-up service for tests of the kernel: it approves mandates, with limits as wide as the tests need."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any

from contracts.approvals import COMMANDS, MandateRejected, RejectMandate
from contracts.cloudevents import Envelope
from contracts.registry import type_name
from contracts.words import Command
from contracts.words import Decision as Vote
from kernel.decide import decode
from kernel.model.decider import Claim, Decision, Pending, ReceivedCommand, RecordedEvent, Refusal, States
from kernel.model.records import DecodedCommand

DAY = date(2022, 6, 30)
WORDS = {type_name(word): word for word in COMMANDS}
VOTE = Vote(act_number="1", decided_on=DAY)


class Counting:
    """Counts rejections of each mandate; an act number tells it to refuse, to wait, to claim or to break."""

    def initial(self, stream: str, /) -> int:
        return 0

    def evolve(self, state: int, fact: RecordedEvent, /) -> int:
        return state + 1

    def decide(self, command: ReceivedCommand[Command], states: States, /) -> Decision:
        assert isinstance(command.data, RejectMandate)
        act = command.data.decision.act_number
        if act.startswith("no"):
            return Refusal("no", f"{states[command.data.stream]} were enough.", "decision.act_number", "Ask for less.")
        if act.startswith("wait:") and not states[f"mandate/{act[5:]}"]:
            return Pending(f"mandate/{act[5:]}", "It has not arrived.")
        if act == "bug":
            raise ZeroDivisionError
        times = int(act[6:]) if act.startswith("times:") else 1
        return [MandateRejected(mandate=command.data.mandate, decision=command.data.decision)] * times

    def contributors(self, command: ReceivedCommand[Command], states: States, /) -> Collection[str]:
        """A mandate is that of the State whose letters begin its name: `kz-1` is KZX's."""
        return {_state_of(command.data.stream)}

    def as_seen(self, stream: str, state: int, states: States, may_see: Callable[[str], bool], /) -> int:
        return state if may_see(_state_of(stream)) else 0

    def claims(self, fact: RecordedEvent, state: int, /) -> Mapping[str, tuple[Claim, ...]]:
        assert isinstance(fact.data, MandateRejected)
        act = fact.data.decision.act_number
        if not act.startswith("claim:"):
            return {}
        return {fact.data.stream: (Claim("act", act[6:], DAY, None),)}

    def claimed(self, command: ReceivedCommand[Command], claim: Claim, owner: str | None, /) -> Refusal:
        return Refusal("claimed", f"{claim.holder} is held by {owner}.")


def _state_of(stream: str) -> str:
    return f"{stream.removeprefix('mandate/')[:2].upper()}X"


def reject(id_: str, mandate: str = "kz-1", act: str = "1", **more: Any) -> DecodedCommand:
    """A command of the made-up service."""
    data = RejectMandate(mandate=mandate, decision=VOTE.model_copy(update={"act_number": act}))
    envelope = Envelope(
        id=id_,
        source=more.pop("source", "urn:test"),
        type=type_name(RejectMandate),
        subject=data.stream,
        time=datetime(2022, 6, 30, tzinfo=UTC),
        dataschema=None,
        datacontenttype=None,
        data=data.model_dump_json().encode(),
        **more,
    )
    return decode.command(envelope, WORDS, received=datetime(2022, 7, 1, tzinfo=UTC), bytes_max=10_000)
