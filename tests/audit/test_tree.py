"""The tree: the vectors of Certificate Transparency, its own definition, and proofs that somebody altered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit import merkle
from services.audit.verifier import Wrong, check_consistency, check_inclusion
from tests.audit.logs import consistency, grown, hashed, inclusion, root_of

LEAVES = hashed(
    [
        bytes.fromhex(one)
        for one in (
            *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
            "606162636465666768696a6b6c6d6e6f",
        )
    ]
)
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of the first n leaves (certificate-transparency's known answers)."""
A, B, C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
D, E, F = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
INCLUSION = {(0, 1): [], (0, 8): [A, B, C], (5, 8): [D, E, ROOTS[4]], (2, 3): [ROOTS[2]], (1, 5): [ROOTS[1], B, D]}
CONSISTENCY = {(1, 1): [], (1, 8): [A, B, C], (6, 8): [F, E, ROOTS[4]], (2, 5): [B, D]}


def told(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def test_known_roots() -> None:
    for size, root in enumerate(ROOTS):
        assert merkle.root(size, grown(LEAVES[:size]).tiles).hex() == root


@pytest.mark.parametrize(("of", "proof"), INCLUSION.items())
def test_known_proofs_of_inclusion(of: tuple[int, int], proof: list[str]) -> None:
    index, size = of
    assert told(inclusion(index, grown(LEAVES), size)) == proof
    check_inclusion(index, size, LEAVES[index], list(map(bytes.fromhex, proof)), bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("of", "proof"), CONSISTENCY.items())
def test_known_proofs_of_consistency(of: tuple[int, int], proof: list[str]) -> None:
    old, new = of
    assert told(consistency(old, grown(LEAVES), new)) == proof
    roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new])
    check_consistency(old, new, *roots, list(map(bytes.fromhex, proof)))


sizes = st.integers(1, 1500)


@given(sizes, st.lists(st.integers(1, 700), max_size=4), st.data())
def test_however_it_grew_the_tree_is_its_definition_and_each_proof_holds(
    size: int, batches: list[int], data: st.DataObject
) -> None:
    leaves = hashed([str(nr).encode() for nr in range(size)])
    growth = grown(leaves, *batches)
    root = root_of(leaves)
    assert merkle.root(size, growth.tiles) == root
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    check_inclusion(index, size, leaves[index], inclusion(index, growth, size), root)
    check_consistency(old, size, root_of(leaves[:old]), root, consistency(old, growth, size))
    smaller = data.draw(st.integers(index + 1, size))
    check_inclusion(index, smaller, leaves[index], inclusion(index, growth, smaller), root_of(leaves[:smaller]))


@given(st.integers(2, 600), st.data())
def test_a_proof_that_was_altered_does_not_hold(size: int, data: st.DataObject) -> None:
    leaves = hashed([str(nr).encode() for nr in range(size)])
    growth, root = grown(leaves), root_of(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    included, consistent = inclusion(index, growth, size), consistency(old, growth, size)
    other = data.draw(st.binary(min_size=32, max_size=32))
    for altered in alterations(included, other, data):
        with pytest.raises(Wrong):
            check_inclusion(index, size, leaves[index], altered, root)
    for altered in alterations(consistent, other, data):
        with pytest.raises(Wrong):
            check_consistency(old, size, root_of(leaves[:old]), root, altered)
    with pytest.raises(Wrong):
        check_inclusion(index, size, other, included, root)
    with pytest.raises(Wrong):
        check_inclusion((index + 1) % size, size, leaves[index], included, root)
    with pytest.raises(Wrong):
        check_consistency(old, size, other, root, consistent)


def alterations(proof: list[bytes], other: bytes, data: st.DataObject) -> list[list[bytes]]:
    """One step more, one less, one changed, two swapped."""
    found = [[*proof, other], [other, *proof], proof[:-1]] if proof else [[other]]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        found.append([*proof[:at], other, *proof[at + 1 :]])
    if len(proof) > 1 and proof[0] != proof[1]:
        found.append([proof[1], proof[0], *proof[2:]])
    return found


def test_trees_of_one_size_and_two_roots_are_told_apart() -> None:
    with pytest.raises(Wrong, match="two trees"):
        check_consistency(8, 8, bytes.fromhex(ROOTS[8]), bytes.fromhex(ROOTS[7]), [])
    with pytest.raises(Wrong):
        check_consistency(9, 8, bytes.fromhex(ROOTS[8]), bytes.fromhex(ROOTS[8]), [])
