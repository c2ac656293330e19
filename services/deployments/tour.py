"""A tour's state, built from its events: where it is planned, where it is, and what it claims (I4). It decides nothing.

A tour has two views: *actual* is what has been recorded (a tour without a recorded departure is present for ever);
*forecast* is what is planned, or present until its planned end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from contracts.deployments import ConsentRecorded
from contracts.words import Category
from kernel.model.decider import Claim
from services.deployments.occupancy import Stay

Status = Literal["planned", "scheduled", "arrived", "departed", "cancelled"]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Posting:
    """The mission of a tour from `since` on (None: from its start), and the ids of the events that say so."""

    mission: str
    since: date | None
    events: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Tour:
    """One person or unit on one mandate line."""

    id: str
    status: Status
    category: Category
    headcount: int
    planned_from: date
    planned_until: date
    postings: tuple[Posting, ...]
    person: str | None = None
    unit: str | None = None
    rank: str | None = None
    post: str | None = None
    handover_until: date | None = None
    consents_required: tuple[str, ...] = ()
    consents: tuple[ConsentRecorded, ...] = ()
    vacancy: str | None = None
    arrived_on: date | None = None
    departed_on: date | None = None
    return_by: date | None = None
    sources: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    """The ids of the events behind each correctable field's current value (I10); the mission's are in its postings."""

    @property
    def is_waiting(self) -> bool:
        """Whether it has neither arrived nor been cancelled."""
        return self.status in {"planned", "scheduled"}

    @property
    def mission(self) -> str:
        """Where the tour is now, or will be."""
        return self.postings[-1].mission

    @property
    def start(self) -> date:
        return self.arrived_on or self.planned_from

    @property
    def last_step(self) -> date:
        """The day of the last arrival or transfer."""
        return self.postings[-1].since or self.start

    @property
    def planned_end(self) -> date:
        """The first day on which nobody is expected there: as planned, but at least one day after the last step."""
        return max(self.planned_until, self.last_step + ONE_DAY)

    def actual(self) -> tuple[Stay, ...]:
        """The recorded stays: none before arrival, the last one open until departure."""
        return tuple(self._stays(self.departed_on)) if self.arrived_on else ()

    def forecast(self) -> tuple[Stay, ...]:
        """The expected stays."""
        return tuple(self._stays(self.departed_on or self.planned_end)) if self.status != "cancelled" else ()

    def _stays(self, end: date | None) -> Iterator[Stay]:
        for index, posting in enumerate(self.postings):
            start = posting.since or self.start
            leaves = self.postings[index + 1].since if index + 1 < len(self.postings) else end
            if leaves is None or start < leaves:
                yield Stay(posting.mission, start, leaves, self.headcount)

    def claims(self) -> tuple[Claim, ...]:
        """The tour's claims (I4): its person or unit, both planned and present, and its post.

        A late departure lengthens only the claim of presence: a departure has happened, so no later plan may refuse it.
        """
        if self.status == "cancelled":
            return ()
        end = min(self.planned_end, self.departed_on or date.max)
        holder, kind, present = self._holder()
        claims = [Claim(kind, holder, self.start, end)]
        if self.arrived_on:
            claims.append(Claim(present, holder, self.arrived_on, self.departed_on))
        if self.post:
            claims.append(Claim("post", self.post, self._holds_post_from(), self._holds_post_until(end)))
        return tuple(claim for claim in claims if claim.end is None or claim.start < claim.end)

    def _holder(self) -> tuple[str, str, str]:
        """The person or unit that serves, and the kinds of its claims: planned and present."""
        if self.person:
            return self.person, "person", "present"
        return str(self.unit), "unit", "unit-present"

    def _holds_post_from(self) -> date:
        """The day from which the tour holds its post alone: once a declared handover is over."""
        return max(self.start, self.handover_until) if self.handover_until else self.start

    def _holds_post_until(self, end: date) -> date:
        """The day on which the tour gives up its post: at `end`, or at an earlier transfer."""
        return min([end, *(posting.since for posting in self.postings if posting.since)])

    def holds_post_on(self, day: date) -> bool:
        """Whether the tour is recorded as present in its post on a day; a transfer gives up the post."""
        if self.arrived_on is None or day < self.arrived_on:
            return False
        return day < self._holds_post_until(self.departed_on or date.max)
