"""The options that select archived records, shared by every command that reads part of the archive."""

from typing import Annotated, TypeAlias

import typer


def _option(name: str, text: str, metavar: str, *more: str) -> object:
    return typer.Option(name, *more, metavar=metavar, help=text)


Topics: TypeAlias = Annotated[list[str] | None, _option("--topic", "Of this topic; may be repeated.", "TOPIC")]
Services: TypeAlias = Annotated[list[str] | None, _option("--service", "Of the topics of this service.", "SERVICE")]
Streams: TypeAlias = Annotated[
    list[str] | None, _option("--stream", "Of this stream, e.g. mandate/kz-2014 (the Kafka key).", "STREAM")
]
Types: TypeAlias = Annotated[
    list[str] | None, _option("--type", "Of this type, e.g. TourPlanned or forcegen.deployments.TourPlanned.", "TYPE")
]
Correlations: TypeAlias = Annotated[list[str] | None, _option("--correlation", "With this correlation id.", "ID")]
EffectiveSince: TypeAlias = Annotated[
    str | None, _option("--effective-since", "Happened at this time or later (ce_time: RFC 3339, or a day).", "TIME")
]
EffectiveUntil: TypeAlias = Annotated[str | None, _option("--effective-until", "Happened before this time.", "TIME")]
RecordedSince: TypeAlias = Annotated[
    str | None, _option("--recorded-since", "Recorded at this time or later (ce_recordedtime).", "TIME")
]
RecordedUntil: TypeAlias = Annotated[str | None, _option("--recorded-until", "Recorded before this time.", "TIME")]
AsFarAs: TypeAlias = Annotated[
    list[str] | None,
    _option("--as-far-as", "Only before this offset, and of the partitions named so.", "TOPIC/PARTITION=OFFSET"),
]
