"""The archived records that options select, from what was given to each."""

from datetime import UTC, datetime

from cli.output.errors import CommandError
from kernel.model.records import Partition
from operations.archive_selection import Selection, TimeRange


def instant(option: str, text: str | None) -> datetime | None:
    """A time with its offset, or a day, which begins at midnight UTC."""
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as fault:
        raise CommandError(f"{option} {text!r} is no time: give 2024-03-12, or 2024-03-12T09:30:00Z.", 2) from fault
    if time.tzinfo is None and len(text) > len("2024-03-12"):
        raise CommandError(f"{option} {text!r} has no offset: write e.g. {text}Z.", 2)
    return (time.replace(tzinfo=UTC) if time.tzinfo is None else time).astimezone(UTC)


def period(option: str, since: str | None, until: str | None) -> TimeRange:
    """The period given by two options, `<option>-since` and `<option>-until`."""
    time_range = TimeRange(instant(f"{option}-since", since), instant(f"{option}-until", until))
    if time_range.since and time_range.until and time_range.since >= time_range.until:
        raise CommandError(f"{option}-since is not before {option}-until: nothing lies between them.", 2)
    return time_range


def vector(given: list[str] | None) -> dict[Partition, int] | None:
    """Offsets by partition; None if none was given."""
    offsets: dict[Partition, int] = {}
    for text in given or ():
        place, _, offset = text.partition("=")
        topic, _, part = place.rpartition("/")
        if not (topic and _digits(part) and _digits(offset)):
            raise CommandError(f"--as-far-as {text!r} is no place: write e.g. approvals.events/0=1200.", 2)
        offsets[topic, int(part)] = int(offset)
    return offsets or None


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def selection(
    *,
    topics: list[str] | None,
    services: list[str] | None,
    streams: list[str] | None,
    types: tuple[str, ...],
    effective: TimeRange,
    recorded: TimeRange,
    correlations: list[str] | None,
    as_far_as: dict[Partition, int] | None,
) -> Selection:
    """The selection given by all options together."""
    lists = (tuple(topics or ()), tuple(services or ()), tuple(streams or ()), types)
    return Selection(*lists, effective, recorded, tuple(correlations or ()), as_far_as)
