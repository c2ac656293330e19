"""Rule I2, implemented once: a nomination or a tour names a mandate line that is in force on the day and covers it.

Vacancies and deployments each keep their own copy of a line, built from the events of approvals. What a line allows on
a day, and the words of each refusal, are the same in both.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

from contracts.words import UNIT_CATEGORIES, LineTerms
from kernel.model.decider import Refusal
from kernel.model.effective_dated import EffectiveDated

REMEDY = "Name a line that is in force on that day and covers the mission and the category, or change the day."


@dataclass(frozen=True, slots=True)
class LineGrant:
    """The terms that a decision of parliament sets for a line, and the State to which it grants them."""

    contributor: str
    terms: LineTerms


@dataclass(frozen=True, slots=True)
class MandateLine:
    """A line of a national mandate: what is granted from which day, and when the grant ends."""

    stream: str
    grants: EffectiveDated[LineGrant] = field(default_factory=EffectiveDated)
    """Empty if this service does not know the line."""
    ends: tuple[date, ...] = ()
    """For each decision that ends the line, the first day out of force."""

    @property
    def name(self) -> str:
        """The line's name, as officials read it."""
        _, mandate, line = self.stream.split("/")
        return f"Line {line} of mandate {mandate}"

    @property
    def is_known(self) -> bool:
        """Whether any terms have arrived from approvals."""
        return bool(self.grants)

    @property
    def ended_on(self) -> date | None:
        """The earliest first day out of force over all decisions; None while the line is open."""
        return min(self.ends, default=None)

    @property
    def contributors(self) -> frozenset[str]:
        """The States to which any decision grants the line."""
        return frozenset(grant.contributor for grant in self.grants.values)

    def terms_on(self, day: date) -> LineTerms | None:
        """The terms that decisions of parliament have set for a day; None before the first."""
        grant = self.grants.on(day)
        return grant.terms if grant else None

    def has(self, grant: LineGrant, since: date) -> bool:
        """Whether the line already has exactly this grant from that day."""
        return self.grants.beginning_on(since) == grant

    def granted(self, grant: LineGrant, since: date) -> "MandateLine":
        """The line after one more decision of parliament."""
        return replace(self, grants=self.grants.with_value(since, grant))

    def ended(self, day: date) -> "MandateLine":
        """The line after a decision that ends it."""
        return replace(self, ends=(*self.ends, day))


class LineFields(NamedTuple):
    """The command fields that state the day on which a line is needed, and the mission and category."""

    day: str
    mission: str = "mission"
    category: str = "category"


def not_covered(line: MandateLine, day: date, mission: str, category: str, fields: LineFields) -> Refusal | None:
    """Rule I2: why a known line does not cover a mission and a category on a day, or None when it does."""
    terms = line.terms_on(day)
    if terms is None or day < terms.valid_from:
        begins = terms.valid_from if terms else line.grants.first_days[0]
        return Refusal("I2", f"{line.name} is in force only from {begins}, not on {day}.", fields.day, REMEDY)
    if line.ended_on is not None and day >= line.ended_on:
        reason = f"{line.name} ended on {line.ended_on}, so it is not in force on {day}."
        return Refusal("I2", reason, fields.day, REMEDY)
    if terms.valid_until is not None and day >= terms.valid_until:
        reason = f"{line.name} was valid until {terms.valid_until}, so it is not in force on {day}."
        return Refusal("I2", reason, fields.day, REMEDY)
    if mission not in terms.missions:
        reason = f"{line.name} covers {', '.join(terms.missions)}, not {mission}."
        return Refusal("I2", reason, fields.mission, REMEDY)
    if category not in terms.categories:
        reason = f"{line.name} covers {', '.join(terms.categories)}, not {category}."
        return Refusal("I2", reason, fields.category, REMEDY)
    return None


def of_another_state(line: MandateLine, day: date, contributor: str, field: str) -> Refusal | None:
    """Rule I2: why a contributor may not use a known line on a day, or None when it is the contributor's own."""
    grant = line.grants.on(day) or line.grants.values[0]
    if grant.contributor == contributor:
        return None
    reason = f"{line.name} belongs to {grant.contributor}, not to {contributor}."
    return Refusal("I2", reason, field, "Name a line of the contributor's own mandate.")


def wrong_kind(category: str, named: Literal["person", "unit"], field: str) -> Refusal | None:
    """Rule I2: units serve in the categories of units, persons in the others."""
    needed = "unit" if category in UNIT_CATEGORIES else "person"
    if named == needed:
        return None
    return Refusal("I2", f"Category {category} needs a {needed}, not a {named}.", field, f"Name a {needed}.")
