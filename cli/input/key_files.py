"""Files with a private key that signs events: PKCS #8 in PEM, readable by their owner alone."""

from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from cli.output.errors import CommandError
from contracts.verifiability import KeyRefused, SigningKey
from kernel.identity import private_files


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
        private_files.write_private(file, key.to_pem())
    except FileExistsError:
        raise CommandError(f"{file} is there, and a key is never overwritten: name a new file.") from None
    except OSError as fault:
        raise CommandError(
            f"{file} cannot be written ({fault.strerror}): name a file in a directory of yours."
        ) from None


def read_key(file: Path) -> SigningKey:
    """The key in a file.

    Raises:
        CommandError: there is none, or others can read it.
    """
    try:
        return private_files.read_key(file)
    except private_files.KeyExposed as fault:
        raise CommandError(str(fault)) from None
    except OSError as fault:
        raise CommandError(f"{file} cannot be read ({fault.strerror}): name the file of `forcegen keys new`.") from None
    except KeyRefused as fault:
        raise CommandError(f"{file}: {fault}") from None
