"""An independent implementation judges ours, and ours judges its: Go's `golang.org/x/mod/sumdb/tlog` and `note`.

Where Go can be run, it is; its answer must be the one that is committed beside it, which stands for it elsewhere.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.audit import merkle
from services.audit.signing import Signer, signed
from services.audit.verifier import Checkpoint, VerifierKey, check_checkpoint, check_consistency, check_inclusion
from tests.audit.logs import consistency, grown, hashed, inclusion
from tests.audit.test_notes import SECRET

HERE = Path(__file__).parent / "oracle"
ANSWER = HERE / "answer.json"
SIZE = 700
AT = (1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 640, 699, 700)


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    """What our code makes: always the same, byte for byte."""
    leaves = hashed([f"record {nr}".encode() for nr in range(SIZE)])
    trees = {size: grown(leaves[:size]) for size in range(1, SIZE + 1)}
    whole = trees[SIZE]
    roots = [merkle.root(size, tree.tiles) for size, tree in trees.items()]
    pairs = [(old, new) for old in AT for new in AT if old <= new]
    text = Checkpoint("PeterNeumann", SIZE, roots[-1]).text()
    signer = Signer.read(SECRET)
    return {
        "leaves": [one.hex() for one in leaves],
        "roots": [one.hex() for one in roots],
        "inclusion": [_proof(old - 1, new, inclusion(old - 1, whole, new)) for old, new in pairs],
        "consistency": [_proof(old, new, consistency(old, whole, new)) for old, new in pairs],
        "signer": SECRET,
        "verifier": str(signer.verifier),
        "text": text,
        "note": signed(text, signer),
    }


def _proof(begin: int, size: int, steps: list[bytes]) -> dict[str, Any]:
    return {"from": begin, "size": size, "steps": [one.hex() for one in steps]}


@pytest.fixture(scope="module")
def theirs(ours: dict[str, Any]) -> dict[str, Any]:
    """What Go says of it, and what it makes itself."""
    committed: dict[str, Any] = json.loads(ANSWER.read_text(encoding="utf-8"))
    if go := shutil.which("go") or shutil.which("/usr/local/go/bin/go"):
        told = json.dumps(ours).encode()
        done = subprocess.run([go, "run", "."], cwd=HERE, input=told, capture_output=True, check=False)
        if done.returncode == 0:  # otherwise its module could not be had here
            assert json.loads(done.stdout) == committed
    return committed


def test_go_finds_nothing_wrong_with_ours(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert theirs["wrong"] == []
    for part in ("roots", "inclusion", "consistency", "note"):
        assert theirs[part] == ours[part], part


def test_what_go_makes_holds_here(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    leaves, roots = (list(map(bytes.fromhex, told)) for told in (ours["leaves"], theirs["roots"]))
    for proof in theirs["inclusion"]:
        steps = list(map(bytes.fromhex, proof["steps"]))
        check_inclusion(proof["from"], proof["size"], leaves[proof["from"]], steps, roots[proof["size"] - 1])
    for proof in theirs["consistency"]:
        steps = list(map(bytes.fromhex, proof["steps"]))
        check_consistency(proof["from"], proof["size"], roots[proof["from"] - 1], roots[proof["size"] - 1], steps)
    checkpoint = check_checkpoint(theirs["note"], [VerifierKey.read(ours["verifier"])])
    assert (checkpoint.size, checkpoint.root) == (SIZE, roots[-1])
