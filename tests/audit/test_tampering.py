"""Whoever owns the database and changes history is found out, and the record is named: every way that we know of.

The negative tests of other systems' known failures are here too: a forged proof, another server's identity, and an
auditor that looks at roots but not at content.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from kernel.identity.signed_note import Signer, sign
from services.audit.archive import static_files
from services.audit.archive.writer import archived
from services.audit.http import proofs
from services.audit.tlog import tree_store
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.leaf import entry
from services.audit.tlog.merkle import leaf_hash
from services.audit.tlog.tree_store import sql
from services.audit.verify import verifier
from services.audit.verify.verifier import Verification
from tests.audit.conftest import Archive, record, store_tree

pytestmark = pytest.mark.servers
SIZE = 600
AT = "WHERE topic = 'approvals.events' AND part = 0 AND \"offset\" = 300"
NAMED = "approvals.events/0/300 (leaf 300): changed"
Reader = Callable[[str], bytes]


def reader(archive: Archive) -> Reader:
    """The live database as the verifier reads it, from the thread that it runs in."""
    loop = asyncio.get_running_loop()

    async def one(path: str) -> bytes:
        async with archive.pool.acquire() as connection:
            return await static_files.read(connection, path)

    return lambda path: asyncio.run_coroutine_threadsafe(one(path), loop).result()


async def verified(archive: Archive, key: str, since: str | None = None) -> Verification:
    return await asyncio.to_thread(verifier.verify, reader(archive), key, since)


@pytest.fixture
async def signed(archive: Archive) -> Archive:
    """600 records, with a checkpoint after 400 and after all."""
    for first, end in ((0, 400), (400, SIZE)):
        await archive.keep([record(nr) for nr in range(first, end)])
        await archive.sign()
    return archive


async def first_checkpoint(archive: Archive) -> str:
    """The one over 400 records, as an auditor kept it."""
    return str(await archive.pool.fetchval("SELECT note FROM checkpoints ORDER BY nr LIMIT 1"))


async def resequence(archive: Archive) -> None:
    """Make the tree anew from the records as they are now, as somebody would who owns the database."""
    async with archive.pool.acquire() as connection, connection.transaction():
        await connection.execute("DELETE FROM tiles; UPDATE tree SET size = 0")
        rows = await connection.fetch(sql()["leaves"], 0, SIZE)
        await store_tree(connection, [leaf_hash(entry(*archived(row))) for row in rows])


async def resign(archive: Archive, signer: Signer) -> str:
    """Drop what was signed and sign the tree as it is now."""
    async with archive.pool.acquire() as connection:
        size = await connection.fetchval(sql()["size"])
        (root,) = await tree_store.hashes(connection, [(0, size)])
        note = sign(Checkpoint(signer.name, size, root).text(), [signer])
        await connection.execute("ALTER TABLE checkpoints DISABLE TRIGGER USER; DELETE FROM checkpoints")
        await connection.execute(sql()["keep_checkpoint"], size, note)
    return note


async def test_an_untouched_archive_holds(signed: Archive) -> None:
    report = await verified(signed, str(signed.signer.verifier), await first_checkpoint(signed))
    assert (report.findings, report.records) == ([], SIZE)


@pytest.mark.parametrize(
    "change",
    [
        "value = set_byte(value, 3, get_byte(value, 3) # 1)",
        "value = NULL",
        "key = set_byte(key, 0, get_byte(key, 0) # 1)",
        "headers = set_byte(headers, 4, get_byte(headers, 4) # 1)",
        "headers = headers || ' '",
        "headers = '\\x00000000'",
        "headers = substr(headers, 1, 9)",
        '"timestamp" = "timestamp" + 1',
    ],
)
async def test_a_changed_record_is_named(signed: Archive, change: str) -> None:
    """Also by an auditor who kept nothing: roots still fit, content does not."""
    await signed.pool.execute(f"UPDATE records SET {change} {AT}")  # noqa: S608
    report = await verified(signed, str(signed.signer.verifier))
    assert any(one.startswith(NAMED) for one in report.findings), report.findings
    assert not any(f"/{other} " in one for one in report.findings for other in (299, 301))


async def test_a_record_that_became_another_is_named(signed: Archive) -> None:
    await signed.pool.execute(f'UPDATE records SET "offset" = 9999 {AT}')  # noqa: S608
    report = await verified(signed, str(signed.signer.verifier))
    assert report.findings[0].startswith("approvals.events/0/9999 (leaf 300): changed")


async def test_a_deleted_record_is_named(signed: Archive) -> None:
    await signed.pool.execute(f"DELETE FROM records {AT}")  # noqa: S608
    report = await verified(signed, str(signed.signer.verifier))
    assert "leaf 300: its record is missing" in report.findings


@pytest.mark.parametrize("leaf", ["NULL", "600", "-1"])
async def test_an_inserted_record_is_named(signed: Archive, leaf: str) -> None:
    await signed.pool.execute("ALTER TABLE records ALTER leaf DROP NOT NULL")  # who may insert may do that too
    await signed.pool.execute(
        f'INSERT INTO records SELECT topic, part, 9999, "timestamp", key, value, headers, archived, {leaf} '  # noqa: S608
        f"FROM records {AT}"
    )
    report = await verified(signed, str(signed.signer.verifier))
    assert report.findings[0].startswith("approvals.events/0/9999: inserted")


async def test_two_that_changed_places_are_both_named(signed: Archive) -> None:
    await signed.pool.execute("UPDATE records SET leaf = -1 WHERE leaf = 300")
    await signed.pool.execute("UPDATE records SET leaf = 300 WHERE leaf = 301")
    await signed.pool.execute("UPDATE records SET leaf = 301 WHERE leaf = -1")
    report = await verified(signed, str(signed.signer.verifier))
    named = [one.partition(":")[0] for one in report.findings]
    assert named[:2] == ["approvals.events/0/301 (leaf 300)", "approvals.events/0/300 (leaf 301)"]


async def test_a_tail_that_was_cut_off_is_named(signed: Archive) -> None:
    await signed.pool.execute("DELETE FROM records WHERE leaf >= 598")
    report = await verified(signed, str(signed.signer.verifier))
    assert report.findings[:2] == ["leaf 598: its record is missing", "leaf 599: its record is missing"]


async def test_a_tree_made_anew_is_not_the_one_that_was_signed(signed: Archive) -> None:
    """Tree tables that fit the changed content, and the old signatures."""
    await signed.pool.execute(f"UPDATE records SET value = 'x' {AT}")  # noqa: S608
    await resequence(signed)
    report = await verified(signed, str(signed.signer.verifier))
    assert any("of 400 records, is not what the records make" in one for one in report.findings)


async def test_a_tree_made_anew_and_signed_anew_is_not_the_one_that_the_auditor_kept(signed: Archive) -> None:
    """Even with the service's own key: then only what somebody else kept can show it."""
    kept, key = await first_checkpoint(signed), signed.signer
    await signed.pool.execute(f"UPDATE records SET value = 'x' {AT}")  # noqa: S608
    await resequence(signed)
    await resign(signed, key)
    assert (await verified(signed, str(key.verifier))).findings == []
    report = await verified(signed, str(key.verifier), kept)
    assert [one.partition(":")[0] for one in report.findings] == [
        "the checkpoint that you kept, of 400 records, is not what the records make"
    ]


async def test_another_key_is_nobody(signed: Archive) -> None:
    """The same log's name, another server's identity."""
    key = str(signed.signer.verifier)
    await resign(signed, Signer(signed.signer.name, bytes(32)))
    assert (await verified(signed, key)).findings == ["checkpoint: none of the keys that you know signed it"]


async def test_another_log_of_the_same_key_is_not_this_one(signed: Archive) -> None:
    key = signed.signer
    async with signed.pool.acquire() as connection:
        (root,) = await tree_store.hashes(connection, [(0, SIZE)])
        note = sign(Checkpoint("another.log", SIZE, root).text(), [key])
        await connection.execute(sql()["keep_checkpoint"], SIZE, note)
    report = await verified(signed, str(key.verifier))
    assert report.findings == ["checkpoint: it is a checkpoint of another.log, not of the log of your key"]


async def test_a_database_put_back_to_a_backup_is_behind_what_the_auditor_kept(signed: Archive) -> None:
    kept = str(await signed.pool.fetchval(sql()["last_checkpoint"]))
    await signed.pool.execute(
        "ALTER TABLE checkpoints DISABLE TRIGGER USER; DELETE FROM checkpoints WHERE size > 400;"
        "DELETE FROM records WHERE leaf >= 400; UPDATE tree SET size = 400"
    )
    report = await verified(signed, str(signed.signer.verifier), kept)
    assert report.findings == ["cut off: the checkpoint that you kept is of 600 records, and the newest of 400"]


async def test_two_checkpoints_of_one_size_are_a_fork(signed: Archive) -> None:
    """Signed by the service's own key, shown to different people; an auditor who has seen both knows."""
    key = signed.signer
    fork = sign(Checkpoint(key.name, 400, bytes(32)).text(), [key])
    report = await verified(signed, str(key.verifier), fork)
    assert len(report.findings) == 1
    assert report.findings[0].startswith("the checkpoint that you kept, of 400 records, is not what the records make")


async def test_a_bundle_proves_its_record_offline_and_nothing_else(signed: Archive) -> None:
    key, kept = str(signed.signer.verifier), await first_checkpoint(signed)
    async with signed.pool.acquire() as connection:
        made = await proofs.bundle(connection, "approvals.events", 0, 300, 400)
        assert await proofs.bundle(connection, "approvals.events", 0, 600) is None
    assert made
    assert verifier.verify_bundle(made, key, kept).findings == []
    other = Signer(signed.signer.name, bytes(32))
    fork = sign(Checkpoint(signed.signer.name, 400, bytes(32)).text(), [signed.signer])
    assert verifier.verify_bundle(made, str(other.verifier)).findings
    assert verifier.verify_bundle(made, key, fork).findings
    changes: list[Any] = [
        *[
            {"leaf": 301},
            {"leaf": -1},
            {"inclusion": []},
            {"inclusion": [*made["inclusion"], "00" * 32]},
            {"record": {}},
        ],
        *[{"inclusion": made["inclusion"][::-1]}, {"consistency": []}, {"checkpoint": kept}, {"checkpoint": ""}],
        *[
            {"record": made["record"] | {name: other}}
            for name, other in (("value", None), ("key", ""), ("headers", []))
        ],
        *[{"record": made["record"] | {name: 7}} for name in ("partition", "offset", "timestamp")],
    ]
    for changed in changes:
        assert verifier.verify_bundle(made | changed, key, kept).findings, changed
