"""Every proof that is made holds, and nothing that differs from it in any part does; any entry tells its record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.tlog import leaf, merkle, tiles
from services.audit.tlog.merkle import Refuted

leaves = st.lists(st.binary(max_size=8).map(merkle.leaf_hash), min_size=1, max_size=600)
optional = st.none() | st.binary(max_size=4)
records = st.tuples(
    st.tuples(st.sampled_from(["a", "aa", "a.b"]), st.integers(0, 3), st.integers(0, 3)),
    st.integers(-1, 2**40),
    optional,
    st.lists(st.tuples(st.sampled_from(["", "h", "hh"]), optional), max_size=3),
    optional,
)


@given(records, records)
def test_two_records_have_one_entry_only_if_they_are_one(one: tuple, other: tuple) -> None:  # type: ignore[type-arg]
    made, others = (leaf.entry(place, at, key, leaf.packed(hs), value) for place, at, key, hs, value in (one, other))
    assert (made == others) == (one == other)


@given(records)
def test_packed_headers_are_unpacked_as_they_were(one: tuple) -> None:  # type: ignore[type-arg]
    assert leaf.unpacked(leaf.packed(one[3])) == one[3]


@given(st.binary(max_size=24))
def test_bytes_that_are_no_packed_headers_show(raw: bytes) -> None:
    headers = leaf.unpacked(raw)
    assert leaf.packed(headers) == raw or headers == [("", raw)]


def test_an_entry_is_what_the_decision_says() -> None:
    """Written out, so that the format cannot move unseen."""
    entry = leaf.entry(("t", 1, 2), 3, None, leaf.packed([("h", None)]), b"v")
    packed = bytes.fromhex("0000000100000001") + b"h" + b"\0"
    assert leaf.packed([("h", None)]) == packed
    assert entry.startswith(b"forcegen.audit.record/1\0" + bytes.fromhex("0001") + b"t" + bytes.fromhex("00000001"))
    assert entry.hex().endswith("4c94485e0c21ae6c41ce1dfe7b6bfaceea5ab68e40a2476f50208e526f506080")  # SHA-256 of v
    assert len(entry) == 24 + 2 + 1 + 20 + 1 + 37 + 37


@given(leaves, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_alone(hashes: list[bytes], data: st.DataObject) -> None:
    size = len(hashes)
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root(hashes)
    proof = [merkle.root(hashes[slice(*span)]) for span in merkle.inclusion(index, size)]
    merkle.check_inclusion(index, size, hashes[index], proof, root)
    wrong = data.draw(st.sampled_from(forgeries(index, size, hashes[index], proof, root)))
    with pytest.raises(Refuted):
        merkle.check_inclusion(*wrong)


@given(leaves, st.data())
def test_a_consistency_proof_holds_for_its_two_trees_alone(hashes: list[bytes], data: st.DataObject) -> None:
    size = len(hashes)
    old = data.draw(st.integers(1, size))
    before, now = merkle.root(hashes[:old]), merkle.root(hashes)
    proof = [merkle.root(hashes[slice(*span)]) for span in merkle.consistency(old, size)]
    merkle.check_consistency(old, size, proof, before, now)
    for wrong in (
        *[(old, size, altered, before, now) for altered in alterations(proof)],
        *[(old, size, proof, flipped(before), now), (old, size, proof, before, flipped(now))],
        (size + 1, size, proof, before, now),
    ):
        with pytest.raises(Refuted):
            merkle.check_consistency(*wrong)


@given(leaves, st.integers(0, 600), st.data())
def test_a_tree_grows_in_batches_to_the_same_tiles_and_hashes(
    hashes: list[bytes], cut: int, data: st.DataObject
) -> None:
    first, rest = hashes[:cut], hashes[cut:]
    stored = tiles.grow(0, {}, first)
    at_edge = {tile: stored[tile] for tile in tiles.edge(len(first))}
    stored |= tiles.grow(len(first), at_edge, rest)
    assert stored == tiles.grow(0, {}, hashes)
    assert {(lv, nr): width for lv, nr, width in tiles.of_size(len(hashes))} == {
        tile: len(content) // tiles.HASH_BYTES for tile, content in stored.items()
    }
    old = data.draw(st.integers(1, len(hashes)))
    for span in [(0, old), *merkle.inclusion(old - 1, len(hashes)), *merkle.consistency(old, len(hashes))]:
        assert tiles.needed([span]) <= set(stored)
        assert tiles.hash_of(span, stored) == merkle.root(hashes[slice(*span)])


def test_paths_of_tiles_are_those_of_the_specification() -> None:
    assert tiles.path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.path(3, 5, 7) == "tile/3/005.p/7"
    assert tiles.path(None, 0) == "tile/entries/000"
    assert tiles.bundle([b"a", b"bc"]) == b"\0\1a\0\2bc"


def flipped(one: bytes) -> bytes:
    return bytes([one[0] ^ 1]) + one[1:]


def alterations(proof: list[bytes]) -> list[list[bytes]]:
    longer = [[*proof, bytes(32)], [bytes(32), *proof]]
    shorter = [proof[:-1], proof[1:]] if proof else []
    other = [[*proof[:nr], flipped(one), *proof[nr + 1 :]] for nr, one in enumerate(proof)]
    return longer + shorter + other


def forgeries(
    index: int, size: int, hashed: bytes, proof: list[bytes], root: bytes
) -> list[tuple[int, int, bytes, list[bytes], bytes]]:
    """The claim, with one part of it changed."""
    return [
        *[(index, size, hashed, altered, root) for altered in alterations(proof)],
        *[(index, size, flipped(hashed), proof, root), (index, size, hashed, proof, flipped(root))],
        *[(size, size, hashed, proof, root), (-1, size, hashed, proof, root)],
    ]
