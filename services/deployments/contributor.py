"""What others say of a contributor, kept as published: a row whose parts do not add up is evidence, not an error."""

from dataclasses import dataclass, replace

from contracts.deployments import (
    OfficialStatementRecorded,
    RecordOfficialStatement,
    RecordStrengthReturn,
    StrengthReturnRecorded,
)
from kernel.model.decider import Decision, RecordedEvent, Refusal


@dataclass(frozen=True, slots=True)
class Published:
    """The statements on record.

    Rows of strength returns are not kept here: no row is judged by another, so a State's decades of them cost nothing
    to fold, and the thousandth row as little as the first.
    """

    statements: frozenset[str] = frozenset()


def evolve(state: Published, fact: RecordedEvent) -> Published:
    """What is known after one more fact."""
    match fact.data:
        case StrengthReturnRecorded():
            return state
        case OfficialStatementRecorded() as e:
            return replace(state, statements=state.statements | {e.statement})
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact of a contributor")


def record_return(own: Published, asked: RecordStrengthReturn) -> Decision:
    """Every row counts: restated ones, contradicting ones, and one that its publication prints twice.

    Whether a command is a repeat is known by its id, before it comes here; two ids are two rows.
    """
    return [StrengthReturnRecorded(**dict(asked))]


def record_statement(own: Published, asked: RecordOfficialStatement) -> Decision:
    if asked.statement in own.statements:
        reason = f"Statement {asked.statement} is already on record for {asked.contributor}."
        return Refusal("duplicate", reason, "statement", "Give a new statement its own identifier.")
    return [OfficialStatementRecorded(**dict(asked))]
