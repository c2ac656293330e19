"""What others published about RFC 6962 and signed notes holds here, and what we make holds with Go's implementation."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kernel.identity.signed_note import Malformed, Signer, Unsigned, Verifier, open_note, sign
from services.audit.tlog import merkle, tiles
from services.audit.tlog.checkpoint import Checkpoint

ORACLE = Path(__file__).parent / "oracle"

# The eight leaves of the certificate-transparency project's tests, and what it says of them.
LEAVES = [
    merkle.leaf_hash(bytes.fromhex(leaf))
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = {(0, 8): [A, B, C], (5, 8): [D, E, ROOTS[3]], (2, 3): [ROOTS[1]], (1, 5): [ROOTS[0], B, D]}
CONSISTENCY = {(1, 1): [], (1, 8): [A, B, C], (6, 8): [F, E, ROOTS[3]], (2, 5): [B, D]}

# The example of Go's sumdb/note.
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def hashed(span: merkle.Span) -> bytes:
    return merkle.root(LEAVES[slice(*span)])


def test_the_empty_tree_and_every_published_root() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert [merkle.root(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int) -> None:
    made = [hashed(span) for span in merkle.inclusion(index, size)]
    assert [one.hex() for one in made] == INCLUSION[index, size]
    merkle.check_inclusion(index, size, LEAVES[index], made, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_published_consistency_proofs(old: int, size: int) -> None:
    made = [hashed(span) for span in merkle.consistency(old, size)]
    assert [one.hex() for one in made] == CONSISTENCY[old, size]
    merkle.check_consistency(old, size, made, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[size - 1]))


def test_the_published_note_is_made_and_opened() -> None:
    signer = Signer.parse(SKEY)
    assert (str(signer.verifier), signer.secret()) == (VKEY, SKEY)
    assert sign(TEXT, [signer]) == NOTE
    assert open_note(NOTE, [Verifier.parse(VKEY)]) == (TEXT, [signer.verifier])


def test_a_note_that_many_signed_needs_one_known_key() -> None:
    known, unknown = Signer("known", bytes(32)), Signer("unknown", b"\1" * 32)
    note = sign(TEXT, [unknown, known])
    assert open_note(note, [known.verifier])[1] == [known.verifier]
    with pytest.raises(Unsigned):
        open_note(note, [Verifier.parse(VKEY)])
    with pytest.raises(Unsigned, match="wrong"):
        open_note(note.replace("answer", "question"), [known.verifier])


@pytest.mark.parametrize(
    "note",
    [
        *("", TEXT, NOTE[:-1], NOTE.replace("\n\n", "\n"), NOTE.replace("— ", "- "), NOTE + "\n", NOTE + "— a AA==\n"),
        *(NOTE.replace("you", "y\tou"), NOTE.replace("— PeterNeumann", "— "), NOTE + "— " * 101),
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(Malformed):
        open_note(note, [Verifier.parse(VKEY)])


@pytest.mark.parametrize("key", ["", "a+b+c", VKEY.replace("c74f", "c74e"), VKEY.replace("+A", "+B"), VKEY[:-4]])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(Malformed):
        Verifier.parse(key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\n" + "A" * 43 + "=\n",
        "o\n-1\n" + "A" * 43 + "=\n",
        "o\n1\nAA==\n",
        "\n1\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


# Against Go's sumdb/note and sumdb/tlog: theirs here, and ours there. `go run . make` in oracle/ made the vectors.

SIZE = 300


@pytest.fixture(scope="module")
def theirs() -> Any:
    return json.loads((ORACLE / "vectors.json").read_text())


@pytest.fixture(scope="module")
def ours() -> dict[merkle.Span, bytes]:
    leaves = [merkle.leaf_hash(f"leaf {nr}".encode()) for nr in range(SIZE)]
    return {
        (first, end): merkle.root(leaves[first:end]) for end in range(SIZE + 1) for first in range(0, end + 1)[:end]
    }


def proof(hashes: list[str]) -> list[bytes]:
    return [base64.b64decode(one) for one in hashes]


def test_what_go_made_holds_here(theirs: Any, ours: dict[merkle.Span, bytes]) -> None:
    roots = proof(theirs["Roots"])
    assert roots == [ours[0, size] for size in range(1, SIZE + 1)]
    for one in theirs["Inclusion"]:
        index, size, hashes = one["Index"], one["Size"], proof(one["Proof"])
        merkle.check_inclusion(index, size, ours[index, index + 1], hashes, roots[size - 1])
        assert hashes == [ours[span] for span in merkle.inclusion(index, size)]
    for one in theirs["Consistency"]:
        old, size, hashes = one["Old"], one["Size"], proof(one["Proof"])
        merkle.check_consistency(old, size, hashes, roots[old - 1], roots[size - 1])
        assert hashes == [ours[span] for span in merkle.consistency(old, size)]
    text, _ = open_note(theirs["Note"], [Verifier.parse(theirs["Vkey"])])
    checkpoint = Checkpoint.parse(text.replace("go.sum database tree\n", "origin\n", 1))
    assert (checkpoint.size, checkpoint.root) == (SIZE, roots[-1])
    leaves = [ours[nr, nr + 1] for nr in range(SIZE)]
    grown = tiles.grow(0, {}, leaves)
    assert {f"{level}/{index}": content for (level, index), content in grown.items()} == {
        name: base64.b64decode(content) for name, content in theirs["Tiles"].items()
    }


if shutil.which("go"):  # elsewhere, the vectors that it made are checked above

    def test_what_we_made_holds_with_go(ours: dict[merkle.Span, bytes]) -> None:
        def hashes_of(spans: list[merkle.Span]) -> list[str]:
            return [base64.b64encode(ours[span]).decode() for span in spans]

        pairs = [(a, b) for b in (1, 2, 7, 64, 255, 256, 257, 300) for a in (0, 1, 5, 63, 254, 255, 256, 299) if a < b]
        text = Checkpoint("go.sum database tree", SIZE, ours[0, SIZE]).text()
        made = {
            "Roots": hashes_of([(0, size) for size in range(1, SIZE + 1)]),
            "Inclusion": [{"Index": a, "Size": b, "Proof": hashes_of(merkle.inclusion(a, b))} for a, b in pairs],
            "Consistency": [
                {"Old": a + 1, "Size": b, "Proof": hashes_of(merkle.consistency(a + 1, b))} for a, b in pairs
            ],
            **{"Vkey": VKEY, "Text": text, "Note": sign(text, [Signer.parse(SKEY)])},
        }
        command = ["go", "run", ".", "check"]
        done = subprocess.run(command, cwd=ORACLE, input=json.dumps(made), text=True, capture_output=True, check=False)
        assert (done.stdout, done.returncode) == ("ok\n", 0), done.stderr
