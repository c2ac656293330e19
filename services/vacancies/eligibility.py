"""Rule I5: eligibility is a pure function of the rules, the vacancy's range and the candidate's standing on one day.

Every failed criterion is named, so that an official can correct all of them at once instead of one refusal at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from contracts.vacancies import CandidateScreened, RuleSetAdopted, VacancyAnnounced
from contracts.words import RANKS, Rank

CRITERIA = ("UN course", "guiding documents", "English", "driving", "clearance")


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts about a candidate on one day."""

    day: date
    contributor: str
    rank: Rank
    screening: CandidateScreened | None
    """The latest screening by that day; a later one does not count."""


def failed_criteria(rules: RuleSetAdopted, opening: VacancyAnnounced, standing: Standing) -> tuple[str, ...]:
    """Every criterion that the candidate fails on the day, in words; empty if the candidate is eligible."""
    by_rules = f"rule set {rules.version}"
    by_vacancy = f"vacancy {opening.vacancy}"
    return (
        *_rank_outside(standing.rank, rules.rank_min, rules.rank_max, by_rules),
        *_rank_outside(standing.rank, opening.rank_min, opening.rank_max, by_vacancy),
        *_not_held(_required(rules), standing),
    )


def _rank_outside(rank: Rank, lowest: Rank | None, highest: Rank | None, required_by: str) -> Iterator[str]:
    if lowest is not None and RANKS.index(rank) < RANKS.index(lowest):
        yield f"rank: {rank} is below {lowest}, the lowest that {required_by} accepts"
    if highest is not None and RANKS.index(rank) > RANKS.index(highest):
        yield f"rank: {rank} is above {highest}, the highest that {required_by} accepts"


def _not_held(required: tuple[bool, ...], standing: Standing) -> Iterator[str]:
    held_until = _held_until(standing.screening)
    for criterion, is_required, until in zip(CRITERIA, required, held_until, strict=True):
        if not is_required:
            continue
        if standing.screening is None:
            yield f"{criterion}: not screened by {standing.day}"
        elif until is None:
            yield f"{criterion}: not held, by the screening of {standing.screening.screened_on}"
        elif until <= standing.day:
            yield f"{criterion}: expired since {until} (I7)"


def _required(rules: RuleSetAdopted) -> tuple[bool, ...]:
    return rules.un_course, rules.guiding_documents, rules.english, rules.driving, rules.clearance


def _held_until(screening: CandidateScreened | None) -> tuple[date | None, ...]:
    if screening is None:
        return (None,) * len(CRITERIA)
    return (
        screening.un_course_until,
        screening.guiding_documents_until,
        screening.english_until,
        screening.driving_until,
        screening.clearance_until,
    )
