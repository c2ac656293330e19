"""The tree grows with the archive, in one transaction, whatever the batches; what is signed of it never goes back."""

import stat
from pathlib import Path

import asyncpg
import pytest

from kernel.identity.signed_note import Malformed, open_note
from kernel.model.records import Fenced, OffsetAdvance
from kernel.store.postgres import advance_offsets, begin_consuming
from services.audit.archive import writer as rows
from services.audit.tlog import keys, leaf, merkle
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.publisher import Inconsistent
from services.audit.tlog.tree_store import sql
from tests.audit.conftest import Archive, record, store_tree

pytestmark = pytest.mark.servers


def expected_root(size: int) -> bytes:
    """From the records themselves, by the definition."""
    return merkle.root(
        [
            merkle.leaf_hash(
                leaf.entry((r.topic, r.partition, r.offset), r.timestamp, r.key, leaf.packed(r.headers), r.value)
            )
            for r in map(record, range(size))
        ]
    )


async def test_batches_of_any_size_make_the_tree_of_all_records(archive: Archive) -> None:
    first = 0
    for many in (1, 254, 2, 700, 1):
        await archive.keep([record(nr) for nr in range(first, first + many)])
        first += many
        checkpoint = Checkpoint.parse(open_note(await archive.sign(), [archive.signer.verifier])[0])
        assert (checkpoint.size, checkpoint.root) == (first, expected_root(first))
    assert await archive.pool.fetchval('SELECT array_agg(leaf ORDER BY "offset") FROM records') == [*range(first)]


async def test_a_batch_that_fails_leaves_the_tree_as_it_was(archive: Archive) -> None:
    await archive.keep([record(0)])
    with pytest.raises(asyncpg.UniqueViolationError):
        await archive.keep([record(1), record(2), record(1)])
    await archive.keep([record(1)])
    assert Checkpoint.parse((await archive.sign()).rpartition("\n\n")[0] + "\n").root == expected_root(2)


async def test_a_batch_that_was_archived_is_not_archived_again(archive: Archive) -> None:
    """Given a process that was replaced, when it brings its batch again, then the stored offsets refuse it."""
    place = ("approvals.events", 0)

    async def handled(progress: OffsetAdvance) -> None:
        write = rows.prepare([record(0), record(1)])
        async with archive.pool.acquire() as connection, connection.transaction():
            await advance_offsets(connection, progress)
            await write(connection)

    async with archive.pool.acquire() as connection:
        assert await begin_consuming(connection, "audit", [place]) == {place: 0}
    await handled(OffsetAdvance("audit", {place: (0, 2)}))
    with pytest.raises(Fenced):
        await handled(OffsetAdvance("audit", {place: (0, 2)}))
    assert await archive.pool.fetchval("SELECT count(*) FROM records") == 2


async def test_the_key_is_made_once_for_its_owner_alone(archive: Archive) -> None:
    made = archive.signer
    file = archive.settings.directory / "key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert archive.signer == made
    file.chmod(0o640)
    with pytest.raises(keys.KeyExposed):
        keys.signer(archive.settings)
    file.chmod(0o600)
    file.write_text("PRIVATE+KEY+nothing")
    with pytest.raises(Malformed):
        keys.signer(archive.settings)


async def test_a_checkpoint_is_signed_when_the_tree_has_grown_and_kept_for_ever(
    archive: Archive, tmp_path: Path
) -> None:
    archive.settings.checkpoint_file = tmp_path / "elsewhere"
    first = await archive.sign()
    assert await archive.sign() == first
    await archive.keep([record(0)])
    second = await archive.sign()
    assert (tmp_path / "elsewhere").read_text() == second
    assert [r["note"] for r in await archive.pool.fetch(sql()["checkpoints"], 0, 10)] == [first, second]
    for statement in ("DELETE FROM checkpoints", "UPDATE checkpoints SET size = 0"):
        with pytest.raises(asyncpg.RaiseError):
            await archive.pool.execute(statement)


async def test_a_new_key_is_handed_over_by_the_old_one(archive: Archive) -> None:
    old = archive.signer.verifier
    await archive.keep([record(0)])
    await archive.sign()
    handover = keys.rotate(archive.settings)
    new = archive.signer.verifier
    assert new != old
    assert open_note(handover, [old, new])[1] == [old, new]
    assert open_note(await archive.sign(), [new])[1] == [new]
    assert [r["note"] for r in await archive.pool.fetch(sql()["handovers"])] == [handover]


async def test_a_key_that_nothing_was_handed_over_to_signs_nothing(archive: Archive) -> None:
    await archive.sign()
    (archive.settings.directory / "key").unlink()
    with pytest.raises(Inconsistent):
        await archive.sign()


async def test_a_database_that_goes_back_behind_what_was_signed_is_refused(archive: Archive) -> None:
    """The last checkpoint is also kept beside the key, where a backup of the database does not reach."""
    await archive.keep([record(nr) for nr in range(5)])
    await archive.sign()
    for statement in (
        *("DELETE FROM records WHERE leaf > 2", "UPDATE tree SET size = 3", "DELETE FROM tiles"),
        *("ALTER TABLE checkpoints DISABLE TRIGGER USER", "DELETE FROM checkpoints"),
    ):
        await archive.pool.execute(statement)
    async with archive.pool.acquire() as connection, connection.transaction():
        hashes = [
            merkle.leaf_hash(leaf.entry(*rows.archived(r))) for r in await connection.fetch(sql()["leaves"], 0, 3)
        ]
        await store_tree(connection, hashes)
    with pytest.raises(Inconsistent, match="5 leaves"):
        await archive.sign()


async def test_every_record_is_in_the_part_of_its_month(archive: Archive) -> None:
    """Given records of several months, then each is where it belongs, and the tree is read across all of them."""
    await archive.keep([record(nr) for nr in range(3)])
    for instant in ("2031-12-31 23:59:59.999999+00", "2032-01-01 00:00:00+00", "2032-03-27 23:30:00+00"):
        await archive.pool.execute("SELECT make_month($1::text::timestamptz)", instant)
    await archive.pool.execute("SET TIME ZONE 'Europe/Vilnius'; SELECT make_month('2032-02-29 22:30:00+00')")
    for nr, instant in enumerate(("2031-12-31 23:59:59.999999+00", "2032-01-01 00:00:00+00", "2032-03-01 00:00+00")):
        await archive.pool.execute(
            'UPDATE records SET archived = $2::text::timestamptz WHERE "offset" = $1', nr, instant
        )
    rows = await archive.pool.fetch('SELECT tableoid::regclass::text AS part, "offset" FROM records ORDER BY "offset"')
    assert [row["part"] for row in rows] == ["records_2031_12", "records_2032_01", "records_2032_03"]
    assert [row["leaf"] for row in await archive.pool.fetch(sql()["leaves"], 0, 3)] == [0, 1, 2]
