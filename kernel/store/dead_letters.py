"""Dead letters as rows of a log: each part within its bounds, so that every one of them can be published."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from kernel.model import dead_letters
from kernel.model.dead_letters import cut, stored
from kernel.model.records import DeadLetter
from kernel.store.sql import Connection, columns, sql


async def append_dead_letters(
    connection: Connection, dead_letters: Sequence[DeadLetter], base: int, recorded: datetime
) -> None:
    """Write dead letters at the positions after `base`."""
    if dead_letters:
        await connection.execute(
            sql()["add_dead_letters"], base, recorded, *columns([_dead(letter) for letter in dead_letters], 12)
        )


def _dead(dead_letter: DeadLetter) -> tuple[object, ...]:
    return (
        dead_letter.origin.topic,
        dead_letter.origin.partition,
        dead_letter.origin.offset,
        dead_letters.key(dead_letter.key),
        len(dead_letter.key or b""),
        dead_letters.value(dead_letter.value),
        len(dead_letter.value or b""),
        orjson.dumps(dead_letters.headers(dead_letter)).decode(),
        len(dead_letter.headers),
        *(
            None if text is None else cut(stored(text))
            for text in (dead_letter.reason, dead_letter.field, dead_letter.remedy)
        ),
    )
