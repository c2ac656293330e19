"""The register of producers, for an operator: checked, compared, signed; and what a key has led to."""

import secrets
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contracts.registry import SERVICES
from kernel.identity import private_files
from kernel.identity.register import Register, RegisterRefused, difference, lines_of
from kernel.identity.register_text import TITLE, open_register, operators_named, parse
from kernel.identity.signed_note import Malformed, Signer, Unsigned, open_note, sign, text_of
from kernel.sql import queries
from operations import connections
from operations.errors import InvalidRequest, OperationError
from operations.kafka_users import RegisteredProducer

__all__ = ["Register", "difference", "lines_of"]


@dataclass(frozen=True, slots=True)
class Affected:
    """An event that a key has led to."""

    service: str
    position: int
    stream: str
    type: str
    recorded: datetime
    command: str
    """The id of the command that it signed."""
    place: str | None
    """The record of that command; None in events of an earlier version over HTTP."""


def read_register(file: Path, operators: str | None) -> Register:
    """The register in a file: signed by two of the operators, if their keys are given, else its text alone.

    Raises:
        OperationError: the file cannot be read, or a line of it is wrong, or it is not signed.
    """
    text = _text(file)
    try:
        return open_register(text, operators_named(operators)) if operators else parse(_unsigned(text))
    except RegisterRefused as refused:
        raise OperationError(f"{file}: {refused}") from refused


def sign_register(file: Path, key: Path) -> str:
    """Add an operator's signature to a register; returns the name of the key.

    Raises:
        OperationError: a line of the register is wrong, or the key cannot be used.
    """
    note = _text(file)
    try:
        text = _unsigned(note)
        parse(text)
        signer = _operator(key)
        if note != text and _is_signed(note, signer):
            raise OperationError(f"{file} is signed by {signer.name} already.")
        own = sign(text, [signer]).removeprefix(text)
    except (RegisterRefused, Malformed) as fault:
        raise OperationError(f"{file} is not signed: {fault}") from fault
    _write(file, note + (own if note == text else own.lstrip("\n")))
    return signer.name


def operator_key(name: str, file: Path) -> str:
    """The public half of an operator's key in a file; it is made if the file is not there.

    Raises:
        OperationError: it cannot be made or read.
    """
    if not file.exists():
        return new_operator_key(name, file)
    try:
        return str(_operator(file).verifier)
    except Malformed as fault:
        raise OperationError(f"{file} holds no operator's key: {fault}") from fault


def new_operator_key(name: str, file: Path) -> str:
    """Make an operator's key in a new file that only its owner can read; returns its public half.

    Raises:
        OperationError: the file is there already, or the name cannot be that of a key.
    """
    signer = Signer(name, secrets.token_bytes(32))
    try:
        Signer.parse(signer.secret())
        private_files.write_private(file, f"{signer.secret()}\n".encode())
    except Malformed as fault:
        raise InvalidRequest(f"A key cannot be named {name!r}: {fault}. Use letters, digits, hyphens.") from fault
    except OSError as fault:
        raise OperationError(
            f"{file} cannot be made ({type(fault).__name__}): name a file that is not there."
        ) from fault
    return str(signer.verifier)


def _operator(key: Path) -> Signer:
    """The operator's key in a file; raises Malformed, or OperationError where it cannot be read or others can."""
    try:
        return Signer.parse(private_files.read_private(key).decode().strip())
    except private_files.KeyExposed as fault:
        raise OperationError(str(fault)) from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise OperationError(f"{key} cannot be read ({type(fault).__name__}).") from fault


async def affected_by(
    key: str, services: Collection[str], database: str | None, directory: Path
) -> AsyncIterator[Affected]:
    """The events that commands signed with a key (by its id) have led to, service by service, in the order recorded.

    Raises:
        OperationError: a database does not answer, or a service is unknown.
    """
    for service in services:
        if service not in SERVICES:
            raise InvalidRequest(f"There is no service {service!r} that decides. Name one of: {', '.join(SERVICES)}.")
        async with connections.reading(service, database, directory) as connection:
            for row in await connection.fetch(queries("operations", "producers.sql")["affected_by"], key):
                yield Affected(service, *row)


def at_brokers(register: Register, at: datetime | None = None) -> list[RegisteredProducer]:
    """The users of each producer at the brokers, with the topics that the register lets them write at an instant.

    `at` is now if it is not given. A producer without a topic of its own whose keys are all over writes nothing.
    """
    moment = at or datetime.now(UTC)
    return [
        RegisteredProducer(user, sorted(topics))
        for producer in register.producers.values()
        if (topics := producer.writes_at(moment))
        for user in sorted(producer.brokers)
    ]


def changes(before: Register, after: Register) -> Mapping[str, tuple[Collection[str], Collection[str]]]:
    """What changes from one register to another, by producer.

    Raises:
        OperationError: the later one may not take the place of the earlier one.
    """
    try:
        after.follows(before)
    except RegisterRefused as refused:
        raise OperationError(str(refused)) from refused
    return difference(before, after)


def _is_signed(note: str, signer: Signer) -> bool:
    try:
        open_note(note, [signer.verifier])
    except Unsigned:
        return False
    return True


def _unsigned(note: str) -> str:
    """The text of a note, or a text that nobody has signed yet."""
    if not note.startswith(TITLE):
        raise RegisterRefused(f"line 1: It is not {TITLE!r}. Is this a register of producers?")
    return text_of(note)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise OperationError(f"{file} cannot be read ({type(fault).__name__}).") from fault


def _write(file: Path, text: str) -> None:
    """Replace the file at once, so that a service never reads half of it."""
    fresh = file.with_name(f"{file.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as fault:
        raise OperationError(f"{file} cannot be written ({type(fault).__name__}).") from fault
