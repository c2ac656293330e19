"""The work of `forcegen verify-event`: the signature of one event, offline, and what it covers."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from cli.input.event_files import EventFile, event_in
from cli.lazy import at_first_use
from cli.output.errors import FAILED, WRONG_USAGE, CommandError
from cli.output.options import print_json
from cli.output.tables import column, table
from cli.output.terminal import results
from contracts.raw_events import RawEvent
from contracts.verifiability import (
    CORE,
    KeyRefused,
    NotVerifiable,
    PublicKey,
    Verified,
    read_material,
    read_payload,
    verify,
)
from operations import event_proof
from operations.event_proof import RegisteredSender

with at_first_use():  # the whole archive: most events are verified without
    from operations import audit_log


@dataclass(frozen=True, slots=True)
class Trusted:
    """What the caller trusts, and the file does not say of itself."""

    keys: Sequence[str]
    """Public keys of the event's producer."""
    register: Path | None
    """A register of producers."""
    operators: str | None
    """The keys of the operators who sign the register, comma separated."""
    log_key: str | None
    """The key of the log that holds the event."""


def check(file: Path, trusted: Trusted, *, as_json: bool) -> None:
    """Verify the event in a file, and print what its signature covers.

    Raises:
        CommandError: the signature does not hold, or nothing verifies it.
        typer.Exit: the same, where the reason was printed as JSON.
    """
    keys = [_key(text) for text in trusted.keys]
    try:
        content = event_in(file.read_bytes())
    except OSError as fault:
        raise CommandError(f"{file} cannot be read ({fault.strerror}): name a file with one event.") from None
    except NotVerifiable as fault:
        raise _refused(fault, as_json=as_json) from None
    event, registered = content.event, None
    if trusted.register is not None or (trusted.operators and content.register and not keys):
        registered = event_proof.sender(
            event.attributes.get("source"), trusted.register, content.register, trusted.operators
        )
        keys += registered.keys_at(content.arrived)
    if trusted.log_key is not None:
        _verify_proof(file, content, trusted.log_key)
    try:
        verified = verify(event.attributes, event.data, keys)
    except NotVerifiable as fault:
        if not as_json:
            _show_claims(event)
        if fault.reason == "key" and not keys and registered is None:
            remedy = "Name a public key of its producer with --key, or the operators of a register with --operators."
            fault = NotVerifiable("key", "No key was named, so nothing is verified.", remedy)
        raise _refused(fault, as_json=as_json) from None
    if as_json:
        by = {"registered": _named(registered, content)} if registered else {}
        in_log = {"in_log": True} if trusted.log_key is not None else {}
        print_json({"verified": _document(verified, event), **by, **in_log})
        return
    _show(verified, event, next(one for one in keys if one.id == verified.key_id))
    for line in _said(registered, content, trusted.log_key):
        results().print(line, soft_wrap=True)


def _verify_proof(file: Path, content: EventFile, log_key: str) -> None:
    """The log's proof in a bundle; raises `CommandError` if it does not hold."""
    if not content.is_bundle:
        raise CommandError(f"{file} holds no proof of the log: take `/v1/bundles` of the archive, or no --log-key.")
    proof = audit_log.verify_bundle(file, log_key, None)
    if not proof.holds:
        raise CommandError(f"not verified (log): {proof.text.strip()}")


def _named(registered: RegisteredSender, content: EventFile) -> dict[str, object]:
    return {
        "producer": registered.producer.name,
        "register": registered.register.reference,
        "register_is_signed": registered.is_signed,
        "arrived": content.arrived.isoformat(),
    }


def _said(registered: RegisteredSender | None, content: EventFile, log_key: str | None) -> Iterator[str]:
    """What else was verified, and what was not."""
    if registered is not None:
        signed = "which two operators signed" if registered.is_signed else "whose signatures were not verified"
        version = f"version {registered.register.version} of the register (SHA-256 {registered.register.sha256})"
        yield f"key of {registered.producer.name} at {content.arrived.isoformat()}, by {version}, {signed}"
    if log_key is not None:
        yield "in the log: the record is under the signed checkpoint"
    elif content.is_bundle:
        yield "not verified: that the log holds the record, and so when it arrived; name the log's key with --log-key"


def _key(text: str) -> PublicKey:
    try:
        return PublicKey.parse(text)
    except KeyRefused as fault:
        raise CommandError(f"--key: {fault}", WRONG_USAGE) from None


def _refused(fault: NotVerifiable, *, as_json: bool) -> CommandError | typer.Exit:
    if as_json:
        said = {"refused": fault.reason, "message": fault.message, "remedy": fault.remedy}
        print_json(said)
        return typer.Exit(FAILED)
    return CommandError(f"not verified ({fault.reason}): {fault}")


def _document(verified: Verified, event: RawEvent) -> dict[str, object]:
    return {
        "key": verified.key_id,
        "coverage": verified.coverage,
        "signed": list(verified.signed),
        "attributes": dict(verified.attributes),
        "dropped": list(verified.dropped),
        "payload_sha256": verified.payload_sha256.hex(),
        "data_sha256": hashlib.sha256(event.data).hexdigest(),
    }


def _show(verified: Verified, event: RawEvent, key: PublicKey) -> None:
    shown = table(column("name", ""), column("covered", "what the signature covers"))
    for name in (*CORE, *verified.signed):
        shown.row(name, _printable(verified.attributes.get(name, "(signed as absent)")))
    shown.row("data", f"{len(event.data):,} bytes, SHA-256 {hashlib.sha256(event.data).hexdigest()}")
    shown.show()
    lines = [f"verified: {verified.coverage}", f"key {verified.key_id} = {key.text}"]
    lines.append(f"signed payload, SHA-256 {verified.payload_sha256.hex()}")
    if verified.dropped:
        lines.append(f"not covered by the signature, and not to be relied on: {', '.join(verified.dropped)}")
    results().print("\n".join(lines), soft_wrap=True)


def _printable(value: object) -> str:
    """The value with everything escaped that could move a terminal's cursor or reorder what is read."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in str(value))


def _show_claims(event: RawEvent) -> None:
    """What the signature claims to cover, if that can be read: nothing of it is verified."""
    try:
        material = read_material(event.attributes)
        _, _, names = read_payload(material.payload)
    except NotVerifiable:
        return
    ids = ", ".join(f"{keyid[:64]!a}" if keyid else "none" for keyid, _ in material.signatures)
    covers = ", ".join((*CORE, *names, "data"))
    results().print(f"claimed, not verified: key ids {ids}; covers {covers}", soft_wrap=True)
