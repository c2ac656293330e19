"""How long honest commands wait behind hostile records."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.hostile import wire
from tests.hostile.checks.answers import Answers
from tests.hostile.send import Place, Sent


@dataclass(frozen=True, order=True)
class Delay:
    """How long an honest command waited behind a hostile record, and where it stands."""

    seconds: float = 0.0
    place: Place | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s behind a hostile neighbour" + (f" at {self.place}" if self.place else "")


def longest_delay(answers_of: Mapping[str, Answers], records: Mapping[Place, wire.Stored], sent: Sent) -> Delay:
    """The longest time that an honest command waited behind a hostile record, in the same partition.

    It counts from when the hostile one was done with, or from when the honest one was sent, if that was later. A
    partition is done in order: where an id was used before, its record was done no earlier than those in front of it.
    """
    worst = Delay()
    reached: dict[tuple[str, int], datetime] = {}
    behind: set[tuple[str, int]] = set()
    for place in sorted(place for place in records if place[0].endswith(".commands")):
        partition, service, hostile = place[:2], answers_of[place[0].partition(".")[0]], sent.placed.get(place)
        identity = hostile.identity if hostile else _identity(records[place].raw)
        when = service.dead.get(place) or (service.first.get(identity) if identity else None)
        if hostile is None and partition in behind and partition in reached and when is not None:
            behind.discard(partition)
            sent_at = datetime.fromtimestamp(records[place].timestamp_ms / 1000, UTC)
            waited = (when - max(sent_at, reached[partition])).total_seconds()
            worst = max(worst, Delay(waited, place))
        if hostile is not None:
            behind.add(partition)
        if when is not None:
            reached[partition] = max(when, reached.get(partition, when))
    return worst


def _identity(raw: wire.Raw) -> tuple[str, str]:
    headers = dict(raw.headers)
    if b"ce_id" in headers:
        return (headers[b"ce_source"] or b"").decode(), (headers[b"ce_id"] or b"").decode()
    event = json.loads(raw.value or b"{}")
    return event.get("source", ""), event.get("id", "")
