"""What two places disagree about: where, what, and what to do. Neighbours that say the same are told as one."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final


class DifferenceKind(StrEnum):
    """What is wrong with a record, seen from where it is said to be wrong."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference, or one run of them."""

    kind: DifferenceKind
    series: str
    """What is numbered, e.g. `approvals.events/0/` by offsets."""
    first: int
    what: str
    remedy: str
    last: int = -1
    """Of a run; below `first` where there is only one."""
    records: int = 1

    @property
    def place(self) -> str:
        one = f"{self.series}{self.first}"
        return one if self.last <= self.first else f"{one} to {self.last} ({self.records:,} records)"

    def __str__(self) -> str:
        return f"{self.place}: {self.what}. {self.remedy}"

    def as_json(self) -> dict[str, Any]:
        """For other programs."""
        return {"place": self.place, **asdict(self), "last": max(self.first, self.last)}


async def joined(found: AsyncIterator[Finding | None]) -> AsyncIterator[Finding]:
    """Runs of findings that say the same of neighbours; None says that the two agree there."""
    run: Finding | None = None
    async for each in found:
        if run and each and (run.kind, run.series, run.what) == (each.kind, each.series, each.what):
            run = replace(run, last=each.first, records=run.records + 1)
            continue
        if run:
            yield run
        run = each
    if run:
        yield run


VERIFY: Final = "Run `forcegen audit verify`: it tells whether the archive is as it was signed."
REFILL: Final = (
    "Stop the rooms and everybody who sends, then put it back: `forcegen audit replay --to topic --topic {topic}`."
)
PUT_BACK: Final = f"{VERIFY} Keep a copy of its database, and put the record back from a backup."
INSERTED: Final = f"{VERIFY} A record without a proven leaf was inserted: take it out."
ANOTHER: Final = f"{VERIFY} If it is, Kafka's was changed: delete the topic and refill it."
RESTORE: Final = (
    "Stop the room and put its database back from a backup and its log: without it, a room decides wrongly."
)
FOREIGN: Final = "Readers bury it or pass over it. Find out who may write to this topic: only the room should."
NOT_CARRIED: Final = "The room's relay says that it was sent. If the topic was made anew, stop the rooms and refill it."
REBUILD: Final = "Make the views anew, which are made of events alone: `forcegen audit replay --to views`."
BEYOND: Final = (
    "What is written there now is passed over as read. Stop the rooms and everybody who sends, and refill it:"
    " `forcegen audit replay --to topic --topic {topic}`."
)
DELETED: Final = (
    "Retention or somebody took it away. Where the archive holds it, send it again or make the views anew; find out who"
    " may delete records of this topic, and give it `retention.ms=-1`."
)
