"""A row as a command with an id derived from the row, so that the same publication sends the same commands.

The identity of a row is its publication (source and instant), its day, State, mission and type, and its ordinal among
such rows of the file. Its numbers are not part of that: sent again with other numbers for the same publication, it is a
conflict and not a silent second truth.
"""

from datetime import UTC
from typing import Final
from uuid import NAMESPACE_URL, uuid5

import orjson

from cli.commands.send.ndjson import CommandLine
from cli.strength_returns.rows import ReturnRow
from contracts.cloudevents import Envelope
from contracts.deployments import RecordStrengthReturn
from contracts.registry import schema_name, type_name

SENDER: Final = "urn:strength-returns:import"
"""Who sends them: an importer is a sender as any other, and no part of the system (`urn:forcegen:`)."""
_IDS = uuid5(NAMESPACE_URL, "urn:forcegen:import:strength-returns")
_TYPE: Final = type_name(RecordStrengthReturn)
_SCHEMA: Final = schema_name(RecordStrengthReturn)


def command_id(strength: RecordStrengthReturn, occurrence: int) -> str:
    """UUIDv5 over publication, row and occurrence (0 for the first such row of the file)."""
    publication = strength.source, strength.published_at.astimezone(UTC).isoformat()
    row = strength.as_of.isoformat(), strength.contributor, strength.mission, strength.personnel_type
    return str(uuid5(_IDS, orjson.dumps([*publication, *row, occurrence]).decode()))


def command(row: ReturnRow, occurrence: int) -> CommandLine:
    """The row as a CloudEvent. Its time is that of the publication: with a clock, a repeat would be another command."""
    strength = row.command
    published_at = strength.published_at.astimezone(UTC)
    envelope = Envelope(
        id=command_id(strength, occurrence),
        source=SENDER,
        type=_TYPE,
        subject=strength.stream,
        time=published_at,
        dataschema=_SCHEMA,
        datacontenttype="application/json",
        data=strength.model_dump_json().encode(),
        correlation_id=f"strength-returns/{published_at:%Y-%m-%dT%H:%M:%SZ}",
    )
    return CommandLine(row.number, row.size, b"", envelope, strength.service)
