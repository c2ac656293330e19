"""Signed notes and checkpoints: the published example, and everything that can be wrong with one."""

import stat
from pathlib import Path

import pytest

from services.audit.signing import Signer, kept, signed
from services.audit.verifier import Checkpoint, VerifierKey, Wrong, check_checkpoint, check_note

# The example of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # noqa: S105
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n\N{EM DASH} PeterNeumann {SIGNATURE}\n"
OTHER = Signer.made("somebody.example")


def test_the_published_note_is_read_and_made() -> None:
    text, signers = check_note(NOTE, [VerifierKey.read(PETER)])
    assert (text, str(signers[0])) == (TEXT, PETER)
    assert signed(TEXT, Signer.read(SECRET)) == NOTE
    assert Signer.read(SECRET).secret() == SECRET


def test_signatures_of_others_are_passed_over_and_one_that_is_believed_is_enough() -> None:
    both = signed(TEXT, OTHER, Signer.read(SECRET))
    assert check_note(both, [VerifierKey.read(PETER)])[0] == TEXT
    assert len(check_note(both, [VerifierKey.read(PETER), OTHER.verifier])[1]) == 2
    with pytest.raises(Wrong, match="none of the keys"):
        check_note(NOTE, [OTHER.verifier])


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        NOTE.rstrip("\n"),
        NOTE.replace("your problem is", "my problem is"),
        NOTE.replace("x08go", "x08gp"),
        NOTE.replace("x08go/", "x08go-"),
        NOTE.replace("\N{EM DASH} Peter", "- Peter"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace(SIGNATURE, SIGNATURE[:60]),
        f"{NOTE}\N{EM DASH} nonsense\n",
    ],
)
def test_what_is_no_note_or_was_altered_is_refused(note: str) -> None:
    with pytest.raises(Wrong):
        check_note(note, [VerifierKey.read(PETER)])


def test_a_bad_signature_of_a_known_key_is_a_fault_beside_a_good_one() -> None:
    bad = OTHER.signature(TEXT.replace("your", "my"))
    with pytest.raises(Wrong, match=r"somebody\.example does not hold"):
        check_note(f"{NOTE}{bad}", [VerifierKey.read(PETER), OTHER.verifier])


@pytest.mark.parametrize(
    "key",
    ["", "name", "name+zz+AA==", PETER.replace("c74f20a3", "c74f20a4"), PETER.replace("Peter", "Paul"), PETER[:-8]],
)
def test_a_damaged_key_is_refused(key: str) -> None:
    with pytest.raises(Wrong):
        VerifierKey.read(key)


def test_a_checkpoint_goes_there_and_back_and_another_log_is_told_apart() -> None:
    checkpoint = Checkpoint("somebody.example", 7, bytes(range(32)))
    note = signed(checkpoint.text(), OTHER)
    assert check_checkpoint(note, [OTHER.verifier]) == checkpoint
    assert check_checkpoint(signed(f"{checkpoint.text()}an extension\n", OTHER), [OTHER.verifier]) == checkpoint
    with pytest.raises(Wrong, match="not of another"):
        check_checkpoint(note, [OTHER.verifier], "another.example")


@pytest.mark.parametrize("text", ["", "name\n", "name\n1\n", "name\nx\nAAAA\n", "name\n01\nAAAA\n", "\n1\nAAAA\n"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Wrong):
        check_checkpoint(signed(text, OTHER), [OTHER.verifier])


def test_a_key_is_made_for_its_owner_alone_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "signing.key"
    made = kept(file, "log.example")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept(file, "log.example").secret() == made.secret()
    assert made.secret() not in repr(made)
    file.chmod(0o644)
    with pytest.raises(Wrong, match="others may read"):
        kept(file, "log.example")
