"""Statements by others about a contributor, kept as published: parts that do not add up are evidence, not an error."""

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from contracts.deployments import (
    OfficialStatementRecorded,
    RecordOfficialStatement,
    RecordStrengthReturn,
    StrengthReturnRecorded,
)
from contracts.words import Event
from kernel.model.decider import Decision, Refusal, States, state_of

ContributorCommand: TypeAlias = RecordStrengthReturn | RecordOfficialStatement


@dataclass(frozen=True, slots=True)
class Published:
    """The statements on record.

    Rows of strength returns are not part of this state: no row is judged by another, so decades of a State's rows cost
    nothing to fold, and the thousandth row costs as little as the first.
    """

    statements: frozenset[str] = frozenset()


def evolve(state: Published, event: Event) -> Published:
    """The statements on record after one more event."""
    match event:
        case StrengthReturnRecorded():
            return state
        case OfficialStatementRecorded():
            return replace(state, statements=state.statements | {event.statement})
        case _:
            raise TypeError(f"a contributor's stream holds no {type(event).__name__}")


def decide(command: ContributorCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Published, command.stream, states)
    match command:
        case RecordStrengthReturn():
            return _record_return(command)
        case RecordOfficialStatement():
            return _record_statement(own, command)
        case _:
            assert_never(command)


def _record_return(command: RecordStrengthReturn) -> Decision:
    """Every row counts, also a restatement, a contradiction, and a row that its publication prints twice.

    A repeated command is recognised by its id before it reaches this function; two ids are two rows.
    """
    return [StrengthReturnRecorded(**dict(command))]


def _record_statement(own: Published, command: RecordOfficialStatement) -> Decision:
    if command.statement in own.statements:
        reason = f"Statement {command.statement} is already on record for {command.contributor}."
        return Refusal("duplicate", reason, "statement", "Give a new statement its own identifier.")
    return [OfficialStatementRecorded(**dict(command))]
