"""Whose key signed an event, by a register of producers: one that is named, or the one in a bundle of the archive."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contracts.verifiability import PublicKey
from kernel.identity.register import Producer, Register, RegisterRefused
from kernel.identity.register_text import open_register, operators_named
from operations.errors import OperationError
from operations.producers import read_register


@dataclass(frozen=True, slots=True)
class RegisteredSender:
    """The producer to which a source belongs."""

    producer: Producer
    register: Register
    is_signed: bool
    """Whether the signatures of two operators were verified."""

    def keys_at(self, at: datetime) -> list[PublicKey]:
        """The keys that counted when the event reached the system."""
        return list(self.producer.keys_at(at))


def sender(source: object, register: Path | None, bundled: str | None, operators: str | None) -> RegisteredSender:
    """The producer of a source, by a register in a file, or by the bundled note, which operators must have signed.

    Raises:
        OperationError: the register cannot be used, or names nobody for this source.
    """
    known = read_register(register, operators) if register is not None else _opened(bundled, operators)
    producer = known.owner(source) if isinstance(source, str) else None
    if producer is None:
        raise OperationError(f"Version {known.version} of the register names no producer for the source of this event.")
    return RegisteredSender(producer, known, operators is not None)


def _opened(note: str | None, operators: str | None) -> Register:
    try:
        return open_register(note or "", operators_named(operators))
    except RegisterRefused as refused:
        raise OperationError(f"The register in the bundle cannot be used: {refused}") from refused
