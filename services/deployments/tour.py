"""A tour as its own events make it: where it is planned, where it is, and whom it takes (I4). Nothing here decides.

Two views of the same tour: *actual* is what has been recorded (a tour without a recorded departure is present for
ever), *forecast* is what is planned, or present until its planned end.
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
    """The ids of the events behind each correctable field's present value (I10); the mission's are in its postings."""

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
        """The first day on which nobody is expected there: as planned, at least one day after the last step."""
        return max(self.planned_until, self.last_step + ONE_DAY)

    def actual(self) -> tuple[Stay, ...]:
        """What has been recorded: nothing before arrival, open until departure."""
        return tuple(self._stays(self.departed_on)) if self.arrived_on else ()

    def forecast(self) -> tuple[Stay, ...]:
        """What is expected."""
        return tuple(self._stays(self.departed_on or self.planned_end)) if self.status != "cancelled" else ()

    def _stays(self, end: date | None) -> Iterator[Stay]:
        for index, posting in enumerate(self.postings):
            start = posting.since or self.start
            leaves = self.postings[index + 1].since if index + 1 < len(self.postings) else end
            if leaves is None or start < leaves:
                yield Stay(posting.mission, start, leaves, self.headcount)

    def claims(self) -> tuple[Claim, ...]:
        """Whom and what the tour takes (I4): its person or unit, planned and present, and its post.

        A late departure lengthens only the presence: no later plan may refuse a departure, which is what happened.
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
        """Who serves, and the kinds of claim on them: planned and present."""
        if self.person:
            return self.person, "person", "present"
        return str(self.unit), "unit", "unit-present"

    def _holds_post_from(self) -> date:
        """Alone in the post once a declared handover is over."""
        return max(self.start, self.handover_until) if self.handover_until else self.start

    def _holds_post_until(self, end: date) -> date:
        """A transfer gives the post up."""
        return min([end, *(posting.since for posting in self.postings if posting.since)])

    def holds_post_on(self, day: date) -> bool:
        """Whether it is recorded as present in its post on a day; a transfer gives the post up."""
        if self.arrived_on is None or day < self.arrived_on:
            return False
        return day < self._holds_post_until(self.departed_on or date.max)
