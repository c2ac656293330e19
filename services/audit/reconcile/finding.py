"""A difference between two stores: where, what, and the remedy. Equal differences of neighbours form one run."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Final


class DifferenceKind(StrEnum):
    """What is wrong with a record in the store that the finding is about."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"


class Comparison(StrEnum):
    """Which two stores a finding is about; the value is the line of the summary."""

    OFFSETS = "stored offsets and Kafka"
    KAFKA = "Kafka and archive"
    STORES = "archive and the services' stores"
    VIEWS = "archive and views"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference, or one run of them."""

    between: Comparison
    kind: DifferenceKind
    series: str
    """The numbered sequence that the record is in, e.g. `approvals.events/0/`, numbered by offsets."""
    first: int
    what: str
    remedy: str
    last: int = -1
    """The last number of a run; below `first` where the finding is about one record."""
    records: int = 1

    @property
    def place(self) -> str:
        one = f"{self.series}{self.first}"
        return one if self.last <= self.first else f"{one} to {self.last} ({self.records:,} records)"

    def same_as(self, other: "Finding") -> bool:
        """Whether the other finding reports the same about another record of the series."""
        return (self.between, self.kind, self.series, self.what) == (
            *(other.between, other.kind, other.series, other.what),
        )

    def __str__(self) -> str:
        return f"{self.place}: {self.what}. {self.remedy}"

    def as_json(self) -> dict[str, object]:
        """The finding as a JSON object."""
        return {"place": self.place, **asdict(self), "last": max(self.first, self.last)}


async def joined(findings: AsyncIterator[Finding | None]) -> AsyncIterator[Finding]:
    """Join equal findings of neighbouring records into runs; None stands for a record on which both stores agree."""
    run: Finding | None = None
    async for finding in findings:
        if run and finding and run.same_as(finding):
            run = replace(run, last=finding.first, records=run.records + 1)
            continue
        if run:
            yield run
        run = finding
    if run:
        yield run


VERIFY: Final = "Run `forcegen audit verify`: it checks whether the archive is as it was signed."
REFILL: Final = (
    "Stop the services and all senders, then refill the topic: `forcegen audit replay --to topic --topic {topic}`."
)
PUT_BACK: Final = f"{VERIFY} Keep a copy of its database, and restore the record from a backup."
INSERTED: Final = f"{VERIFY} A record without a proven leaf was inserted: delete it."
ANOTHER: Final = f"{VERIFY} If it is, Kafka's copy was changed: delete the topic and refill it."
RESTORE: Final = (
    "Stop the service and restore its database from a backup and its write-ahead log: without the row, the service"
    " decides wrongly."
)
FOREIGN: Final = (
    "Readers dead-letter it or skip it. Find out who may write to this topic: only the service that owns it should."
)
NOT_CARRIED: Final = (
    "The service's relay recorded it as sent. If the topic was recreated, stop the services and refill it."
)
REBUILD: Final = "Rebuild the views, which follow from events alone: `forcegen audit replay --to views`."
BEYOND: Final = (
    "The service skips what is written before that offset now. Stop the services and all senders, and refill the topic:"
    " `forcegen audit replay --to topic --topic {topic}`."
)
DELETED: Final = (
    "Retention or an administrator deleted them. Where the archive holds them, send them again or rebuild the views;"
    " find out who may delete records of this topic, and set its `retention.ms=-1`."
)
