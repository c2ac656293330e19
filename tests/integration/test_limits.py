"""What is admitted, everything behind it holds: every index, every column, in both directions.

The limits are taken from the published schemas and from `contracts.limits`; the indices and the columns from a real
database. A new index over a text that nothing bounds fails here, and so does a field that is wider than its column.
"""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from random import Random
from typing import Any, Final, get_args

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr, TypeAdapter, ValidationError

from contracts import limits, words
from contracts.examples import EXAMPLES
from contracts.publish import WORDS, schema
from contracts.registry import COMMANDS, EVENTS, SERVICES
from contracts.verifiability import PublicKey
from contracts.words import Command, Event, Message
from kernel.command_service import MIGRATIONS
from kernel.store.database import migrate, provision
from kernel.store.postgres import Connection
from services.reporting.projections import PROJECTION_OF, VIEWS
from services.reporting.projector.projector import Projector
from tests.edges import integers, largest
from tests.integration.reading_database import reading_database
from tests.projection_spec import history
from tests.servers import Servers

pytestmark = pytest.mark.servers

BTREE_ROW_BYTES_MAX: Final = 2704
"""Of a page of 8 kB (BTMaxItemSize); a GiST row may have three times as much."""
ROW_OVERHEAD: Final = 8
SLUG, MISSION, PERSON, STATE = 64, 20, 62, 3
LINE = SLUG + 1 + SLUG
TOUR = LINE + 1 + SLUG
STREAM = len("application/") + LINE
LABEL = limits.LABEL_LENGTH_MAX * 4
"""UTF-8 has at most four bytes a character."""
SERVICE_LENGTH = max(map(len, SERVICES))
TYPE = max(len(name) for name in (*COMMANDS, *EVENTS))
CATEGORY, RANK, KIND = 20, 20, 24
KEY_ID = 32
"""Of a registered key: the register gives no other ids than the usual ones."""
TEXTS: Final[Mapping[str, int]] = {
    **{
        "stream": STREAM,
        "owner": TOUR,
        "aggregate_id": TOUR,
        "waits_for": STREAM,
        "holder": TOUR,
        "kind": KIND,
        "service": SERVICE_LENGTH,
        "type": TYPE,
        "unnamed": max(STREAM, len("mission/") + TYPE),
    },
    **{"mandate": SLUG, "line": LINE, "tour": TOUR, "id": TOUR, "mission": MISSION, "contributor": STATE},
    **{"person": PERSON, "unit": SLUG, "vacancy": SLUG, "application": SLUG, "post": SLUG, "waiver": SLUG},
    **{
        "statement": SLUG,
        "category": CATEGORY,
        "rank": RANK,
        "personnel_type": KIND,
        "document": LABEL,
        "note_verbale": LABEL,
    },
    **{"contributor_as_published": LABEL, "correlation_id": limits.ATTRIBUTE_BYTES_MAX, "identity": 32},
    "authkey": KEY_ID,
    **{"consumer": SERVICE_LENGTH, "topic": 249, "log": len("dead_letters")},
}
"""Bytes that each text in an index may have, by the name of its column. Topics: Kafka's own bound."""
FIXED: Final = {
    "uuid": 16,
    "date": 4,
    "int4": 4,
    "int8": 8,
    "timestamptz": 8,
    "bool": 1,
    "daterange": 24,
    "gbtreekey8": 8,
    "tstzrange": 32,
}


@pytest.fixture(scope="module")
async def pool(postgres_dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with reading_database(postgres_dsn) as pool:
        yield pool


@pytest.fixture
async def connection(pool: asyncpg.Pool) -> AsyncIterator[Connection]:
    async with pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        yield connection
        await undone.rollback()


INDICES = """
    SELECT t.relname || '.' || i.relname AS name, am.amname AS method,
           array_agg(a.attname::text ORDER BY a.attnum) AS columns,
           array_agg(y.typname::text ORDER BY a.attnum) AS types
    FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
    JOIN pg_am AS am ON am.oid = i.relam JOIN pg_attribute AS a ON a.attrelid = i.oid
    JOIN pg_type AS y ON y.oid = a.atttypid
    WHERE t.relnamespace = current_schema()::regnamespace AND t.relname <> 'applied_migrations'
    GROUP BY 1, 2
"""


def too_wide(index: asyncpg.Record) -> str | None:
    """What is wrong with an index, if anything: a text that nothing bounds, or a row that is too long."""
    if index["method"] == "hash":
        return None  # it keeps a hash of four bytes, whatever it is of
    size = ROW_OVERHEAD
    for name, kind in zip(index["columns"], index["types"], strict=True):
        if kind not in FIXED and name not in TEXTS:
            return f"{index['name']}: nothing says how long {name} may be"
        size += FIXED.get(kind) or TEXTS[name] + 4
    allowed = BTREE_ROW_BYTES_MAX if index["method"] == "btree" else 3 * BTREE_ROW_BYTES_MAX
    return f"{index['name']}: {size} bytes" if size > allowed else None


async def test_every_index_of_the_views_holds_what_is_admitted(connection: Connection) -> None:
    indices = await connection.fetch(INDICES)
    assert len(indices) > 40
    assert [problem for index in indices if (problem := too_wide(index))] == []


async def test_every_index_of_a_deciding_service_holds_what_is_admitted(servers: Servers, database: str) -> None:
    await provision(servers.database(database), "approvals", "secret")
    url = servers.as_role("approvals", "secret", database)
    await migrate(SecretStr(url), MIGRATIONS)
    connection = await asyncpg.connect(url)
    try:
        indices = await connection.fetch(INDICES)
    finally:
        await connection.close()
    assert len(indices) > 8
    assert [problem for index in indices if (problem := too_wide(index))] == []


def test_the_widths_are_those_of_the_contracts() -> None:
    """Each width above, by an identifier that has it and is taken, and one more that is not."""
    values = {words.Slug: SLUG, words.Mission: MISSION, words.PersonRef: PERSON, words.Contributor: STATE}
    for kind, width in values.items():
        longest = next(
            text
            for text in ("a" * width, "A" * width, "p-" + "a" * (width - 2))
            if not _misfits(TypeAdapter(kind), text)
        )
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(longest + longest[-1])
    assert all(len(name) <= CATEGORY for name in get_args(words.Category))
    assert all(len(name) <= RANK for name in words.RANKS)
    kinds = (words.PersonnelType, words.ConsentKind, words.DocumentKind)
    assert all(len(name) <= KIND for kind in kinds for name in get_args(kind))
    assert max(len(example.stream) for example in EXAMPLES) <= STREAM
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert len(PublicKey.parse(f"ed25519:{b64encode(public).decode()}").id) == KEY_ID


def _misfits(adapter: Any, text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValueError:
        return True
    return False


# Numbers.


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.__name__)
def test_every_integer_of_a_contract_is_bounded_by_a_column(word: type[Message]) -> None:
    for bounds in integers(schema(word)):
        assert bounds["minimum"] >= 0
        assert bounds["maximum"] in (limits.BIGINT_MAX,) or bounds["maximum"] <= limits.INTEGER_MAX


async def test_the_columns_of_numbers_are_as_wide_as_the_views_say(connection: Connection) -> None:
    for view in VIEWS:
        rows = await connection.fetch(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = $1",
            view.table,
        )
        types = {row["column_name"]: row["data_type"] for row in rows}
        for column in view.columns:
            if column.type == "integer":
                assert types[column.name] == "integer", f"{view.table}.{column.name}"


COUNTED = [word for word in EVENTS.values() if list(integers(schema(word))) and word in PROJECTION_OF]


@pytest.mark.parametrize("word", COUNTED, ids=lambda word: word.__name__)
async def test_the_largest_event_that_is_admitted_fits_the_views(connection: Connection, word: type[Event]) -> None:
    example = next(one for one in EXAMPLES if type(one) is word)
    assert isinstance(example, Event)
    try:
        event = largest(example)
    except ValueError:  # a rule between its fields forbids the largest of all at once: a person counts as one
        event = example
    rows = await Projector().apply(connection, history([event]))
    waits = await connection.fetch("SELECT error FROM parked WHERE error NOT LIKE 'LookupError%'")
    assert waits == [], rows


async def test_the_longest_names_fit_their_index_whatever_they_consist_of(connection: Connection) -> None:
    """Bytes that do not compress: a run of one letter would be kept in less."""
    example = next(one for one in EXAMPLES if type(one).__name__ == "StrengthReturnRecorded")
    document = next(one for one in EXAMPLES if type(one).__name__ == "LegalDocumentRecorded")
    proposed = next(one for one in EXAMPLES if type(one).__name__ == "MandateProposed")
    noise = Random(7)  # noqa: S311  (no secret)
    name = "".join(chr(noise.randrange(0x10000, 0x1FFFD)) for _ in range(limits.LABEL_LENGTH_MAX))
    assert isinstance(example, Event)
    assert isinstance(document, Event)
    assert isinstance(proposed, Event)
    data = json.loads(example.model_dump_json()) | {"contributor_as_published": name, "source": name}
    paper = json.loads(document.model_dump_json()) | {"document": name, "mandate": proposed.model_dump()["mandate"]}
    events = [type(example).model_validate(_dated(data)), proposed, type(document).model_validate(_dated(paper))]
    applied = await Projector().apply(connection, history(events))
    assert (applied.applied, applied.parked) == (3, 0)


def _dated(data: dict[str, Any]) -> dict[str, Any]:
    days = {n: date.fromisoformat(v) for n, v in data.items() if isinstance(v, str) and len(v) == 10 and v[4] == "-"}
    times = {n: datetime.fromisoformat(v).astimezone(UTC) for n, v in data.items() if n == "published_at"}
    return {**data, **days, **times, **{n: tuple(v) for n, v in data.items() if isinstance(v, list)}}


def test_no_command_is_left_out() -> None:
    assert all(issubclass(word, Command) for word in COMMANDS.values())
