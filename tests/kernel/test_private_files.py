"""A private key is in a file of its owner alone: it is made so, and refused while others can read it."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from contracts.verifiability import KeyRefused, SigningKey
from kernel.identity.private_files import KeyExposed, read_key, read_private, write_private


def test_a_file_is_made_for_its_owner_and_never_written_again(tmp_path: Path) -> None:
    key = SigningKey(ed25519.Ed25519PrivateKey.generate())
    write_private(file := tmp_path / "a.key", key.to_pem())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_key(file).to_pem() == key.to_pem()
    with pytest.raises(FileExistsError):
        write_private(file, b"another")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_what_others_may_open_is_refused_with_the_way_out(tmp_path: Path, mode: int) -> None:
    write_private(file := tmp_path / "a.key", b"secret")
    file.chmod(mode)
    with pytest.raises(KeyExposed, match=f"chmod 600 {file}"):
        read_private(file)


def test_what_is_no_key_is_refused_without_a_word_of_it(tmp_path: Path) -> None:
    write_private(file := tmp_path / "a.key", b"hunter2")
    with pytest.raises(KeyRefused) as refused:
        read_key(file)
    assert "hunter2" not in str(refused.value)
