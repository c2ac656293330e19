"""The signing key: created with safe permissions, kept in a file, and handed over in a note that both keys sign.

The text of a hand-over is `forcegen audit handover`, the origin, the new key's verifier and the old key's, each on a
line. So a verifier that knows the first key can follow to the newest, and nobody can introduce a
key alone.
"""

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kernel.identity.private_files import KeyExposed, read_private, write_private
from kernel.identity.signed_note import Malformed, Signer, Unsigned, Verifier, open_note, sign
from services.audit.settings import AuditSettings

HANDOVER: Final = "forcegen audit handover"
__all__ = ["KeyExposed"]


class KeyMissing(Exception):
    """There is no key in the expected place."""


def signer(settings: AuditSettings) -> Signer:
    """The service's key: the secret in the environment, or the file, which is created if it does not exist.

    Raises:
        KeyExposed: others can read the file.
        Malformed: it holds no key.
    """
    if settings.key is not None:
        return Signer.parse(settings.key.get_secret_value().strip())
    file = settings.directory / "key"
    if not file.exists():
        settings.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(file, Signer(settings.origin, secrets.token_bytes(32)))
    return _read(file)


def existing(settings: AuditSettings) -> Signer:
    """The service's existing key; none is created.

    Raises:
        KeyMissing: there is none.
        KeyExposed: others can read the file.
        Malformed: it holds no key.
    """
    file = settings.directory / "key"
    if settings.key is None and not file.exists():
        raise KeyMissing(
            f"There is no key in {settings.directory}, where the audit service would make it when it starts: run this"
            " where it runs, or name its place with FORCEGEN_AUDIT_DIRECTORY or --directory."
        )
    return signer(settings)


def rotate(settings: AuditSettings) -> str:
    """Replace the key; returns the hand-over signed by both. The old key remains beside it as `key.<id>`.

    Raises:
        KeyMissing, KeyExposed, Malformed: as `existing`; nothing is changed.
    """
    if settings.key is not None:
        raise KeyMissing("The key is in FORCEGEN_AUDIT_KEY, and not in a file: put it into one to hand it over.")
    old = existing(settings)
    new = Signer(old.name, secrets.token_bytes(32))
    note = sign(f"{HANDOVER}\n{old.name}\n{new.verifier}\n{old.verifier}\n", [old, new])
    fresh = settings.directory / "key.new"
    _write(fresh, new)
    (settings.directory / f"handover.{new.verifier.id.hex()}").write_text(note, encoding="utf-8")
    (settings.directory / "key").replace(settings.directory / f"key.{old.verifier.id.hex()}")
    fresh.replace(settings.directory / "key")
    return note


def handovers(settings: AuditSettings) -> list[str]:
    """The hand-overs in the key's directory."""
    return [file.read_text(encoding="utf-8") for file in sorted(settings.directory.glob("handover.*"))]


def predecessors(newest: Verifier, origin: str, notes: Iterable[str]) -> list[Verifier]:
    """The newest key and all its predecessors, each linked by a hand-over that both keys signed."""
    known, notes = [newest], list(notes)
    for one in known:  # the list grows during the loop
        for note in notes:
            known += [before for before in _givers(one, origin, note) if before not in known]
    return known


def _givers(taker: Verifier, origin: str, note: str) -> list[Verifier]:
    try:
        text, _ = open_note(note, [taker])
        kind, of, key, giver, end = text.split("\n")
        before = Verifier.parse(giver)
        open_note(note, [before])
    except (Malformed, Unsigned, ValueError):
        return []
    return [before] if (kind, of, key, end) == (HANDOVER, origin, str(taker), "") else []


def _write(file: Path, key: Signer) -> None:
    write_private(file, f"{key.secret()}\n".encode())


def _read(file: Path) -> Signer:
    return Signer.parse(read_private(file).decode().strip())
