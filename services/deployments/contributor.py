"""What others say of a contributor, kept as published: a row whose parts do not add up is evidence, not an error."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from contracts.deployments import (
    OfficialStatementRecorded,
    RecordOfficialStatement,
    RecordStrengthReturn,
    StrengthReturnRecorded,
)
from kernel.decider import Decision, Fact, Refusal


@dataclass(frozen=True, slots=True)
class Published:
    """What has been recorded, so that the same row is not recorded twice.

    Rows are kept by day: decades of them fold at the price of one day's copy each.
    """

    rows: Mapping[date, frozenset[Hashable]] = field(default_factory=dict)
    statements: frozenset[str] = frozenset()


def _row(told: RecordStrengthReturn | StrengthReturnRecorded) -> Hashable:
    return tuple(dict(told).items())


def evolve(state: Published, fact: Fact) -> Published:
    """What is known after one more fact."""
    match fact.data:
        case StrengthReturnRecorded() as e:
            day = state.rows.get(e.as_of, frozenset()) | {_row(e)}
            return replace(state, rows={**state.rows, e.as_of: day})
        case OfficialStatementRecorded() as e:
            return replace(state, statements=state.statements | {e.statement})
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact of a contributor")


def record_return(own: Published, asked: RecordStrengthReturn) -> Decision:
    """Every row counts, restated ones too; only the identical row of the same publication is known already."""
    if _row(asked) in own.rows.get(asked.as_of, frozenset()):
        return []
    return [StrengthReturnRecorded(**dict(asked))]


def record_statement(own: Published, asked: RecordOfficialStatement) -> Decision:
    if asked.statement in own.statements:
        reason = f"Statement {asked.statement} is already on record for {asked.contributor}."
        return Refusal("duplicate", reason, "statement", "Give a new statement its own identifier.")
    return [OfficialStatementRecorded(**dict(asked))]
