"""Commands that came over HTTP as rows of a log, written in the transaction of what they lead to."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from kernel.identity.recorded import auth_values
from kernel.model.records import DecodedCommand
from kernel.store.sql import Connection, columns, sql


async def append_admitted(
    connection: Connection, admitted: Sequence[DecodedCommand], base: int, recorded: datetime
) -> None:
    """Write what is kept of the commands at the positions after `base`; without any, no statement."""
    if admitted:
        rows = columns([_kept(command) for command in admitted], 8)
        await connection.execute(sql()["append_admitted"], base, recorded, *rows)


def _kept(command: DecodedCommand) -> tuple[object, ...]:
    kept = command.admitted
    if kept is None:
        raise ValueError(f"nothing is kept of the command {command.envelope.id}")
    principal = auth_values(command.principal)[:-1]
    return command.stream, orjson.dumps(kept.headers).decode(), kept.data, *principal
