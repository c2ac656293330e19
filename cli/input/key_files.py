"""Files with a private key that signs events: PKCS #8 in PEM, readable by their owner alone."""

import os
import stat
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from cli.output.errors import CommandError
from contracts.verifiability import KeyRefused, SigningKey

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def made(algorithm: Literal["ed25519", "p256"]) -> SigningKey:
    """A new key, from the randomness of the operating system."""
    if algorithm == "p256":
        return SigningKey(ec.generate_private_key(ec.SECP256R1()))
    return SigningKey(ed25519.Ed25519PrivateKey.generate())


def write_key(file: Path, key: SigningKey) -> None:
    """Write a key to a new file that only its owner can read; a file that is there is never touched.

    Raises:
        CommandError: the file is there, or cannot be written.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandError(f"{file} is there, and a key is never overwritten: name a new file.") from None
    except OSError as fault:
        raise CommandError(
            f"{file} cannot be written ({fault.strerror}): name a file in a directory of yours."
        ) from None
    with os.fdopen(descriptor, "wb") as out:
        out.write(key.to_pem())
        out.flush()
        os.fsync(descriptor)


def read_key(file: Path) -> SigningKey:
    """The key in a file.

    Raises:
        CommandError: there is none, or others can read it.
    """
    try:
        if file.stat().st_mode & OTHERS:
            raise CommandError(f"Others can read {file}: chmod 600 {file}, or make a new key if they may have.")
        return SigningKey.from_pem(file.read_bytes())
    except OSError as fault:
        raise CommandError(f"{file} cannot be read ({fault.strerror}): name the file of `forcegen keys new`.") from None
    except KeyRefused as fault:
        raise CommandError(f"{file}: {fault}") from None
