"""The eligibility rule set: versions that the State adopted, each in force from its day until a later one.

Rules are data: every nomination stores the version that was applied to it (rule I5).
"""

from dataclasses import dataclass, field
from datetime import date

from contracts import streams
from contracts.vacancies import ELIGIBILITY, AdoptRuleSet, RuleSetAdopted
from contracts.words import RANKS, Event, ReadinessLevel
from kernel.model.decider import Decision, Refusal, States, state_of
from kernel.model.effective_dated import EffectiveDated
from services.vacancies.answers import duplicate, recorded

RULE_SET = streams.rule_set(ELIGIBILITY)
READINESS_MIN_OF_UN: ReadinessLevel = "L2"
"""While no rule set is in force: selection at level 2 or above (UN Peacekeeping Capability Readiness System)."""


@dataclass(frozen=True, slots=True)
class RuleSets:
    versions: EffectiveDated[RuleSetAdopted] = field(default_factory=EffectiveDated)


def evolve(state: RuleSets, event: Event) -> RuleSets:
    """The state after one more event."""
    match event:
        case RuleSetAdopted():
            return RuleSets(state.versions.with_value(event.in_force_from, event))
        case _:
            raise TypeError(f"a rule set's stream holds no {type(event).__name__}")


def decide(command: AdoptRuleSet, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(RuleSets, command.stream, states)
    if any(adopted.version == command.version for adopted in own.versions.values):
        reason = f"Version {command.version} of the eligibility rule set was adopted already."
        return duplicate(reason, "version", "Adopt a change as a new version.")
    return rank_range_reversed(command.rank_min, command.rank_max) or [recorded(RuleSetAdopted, command)]


def rules_on(day: date, states: States) -> RuleSetAdopted | None:
    """The version that is in force on a day; None before the first."""
    return state_of(RuleSets, RULE_SET, states).versions.on(day)


def rank_range_reversed(lowest: str | None, highest: str | None) -> Refusal | None:
    """Why a range of ranks is empty, or None if it is not; an open end is no limit."""
    if lowest is None or highest is None or RANKS.index(lowest) <= RANKS.index(highest):
        return None
    reason = f"The lowest rank, {lowest}, is above the highest, {highest}, so nobody could be eligible."
    return Refusal("I5", reason, "rank_min", "Swap the two ranks or correct one.")


def none_in_force(day: date) -> Refusal:
    """Rule I5 without rules: nobody is eligible by default."""
    reason = f"No eligibility rule set is in force on {day}, so eligibility cannot be decided."
    return Refusal("I5", reason, "nominated_on", "Adopt a rule set that is in force on that day (AdoptRuleSet).")
