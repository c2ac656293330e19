"""`forcegen verify-event`: whether a signature holds and what it covers, from one file, without any server."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli.input.event_files import EventFile, event_in
from cli.output.errors import FAILED, WRONG_USAGE, CommandError
from cli.output.terminal import results, row, table
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

File = Annotated[Path, typer.Argument(metavar="FILE", help="An event in JSON, or a bundle or record of the archive.")]
Keys = Annotated[
    list[str] | None, typer.Option("--key", help="A public key of its producer, `ed25519:…` or `p256:…`; several too.")
]
RegisterFile = Annotated[
    Path | None, typer.Option("--register", help="A register of producers that names the keys; it is better signed.")
]
Operators = Annotated[
    str | None,
    typer.Option(
        "--operators",
        envvar="FORCEGEN_PRODUCERS_OPERATORS",
        help="The operators' keys, comma separated: by these the register is verified, also one in a bundle.",
    ),
]
LogKey = Annotated[
    str | None, typer.Option("--log-key", help="The log's key: by it the proof in a bundle is verified too.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, as the published vectors have it.")]


def verify_event(
    file: File,
    key: Keys = None,
    register: RegisterFile = None,
    operators: Operators = None,
    log_key: LogKey = None,
    *,
    as_json: Json = False,
) -> None:
    """Verify the signature of one event, offline, and show which attributes and bytes it covers.

    FILE is an event in the JSON format of CloudEvents, or a record as the archive gives it out, alone or in a bundle.
    Take the key from its producer, or name the operators whose register of producers you trust: a bundle brings the
    register that they signed. Never take a key from who sent the file. Without a key nothing is verified: what the
    signature claims is shown. With the log's key, the bundle's proof that the log holds the record is verified too.

    \b
    Examples:
      forcegen verify-event event.json --key ed25519:mWrs...4lE=
      curl -s -H "$BEARER" http://127.0.0.1:8085/v1/bundles/approvals.commands/0/3 > record.json
      forcegen verify-event record.json --key "$KEY"
      forcegen verify-event record.json --operators "$OPERATORS" --log-key "$LOG_KEY"
    \b
    Exit codes: 0 the signature holds under a key that you named, and so does whatever else was to be verified; 1
    it does not, with the reason, or no key was named; 2 the command line is wrong.
    """
    keys = [_key(text) for text in key or ()]
    try:
        content = event_in(file.read_bytes())
    except OSError as fault:
        raise CommandError(f"{file} cannot be read ({fault.strerror}): name a file with one event.") from None
    except NotVerifiable as fault:
        raise _refused(fault, as_json=as_json) from None
    event, registered = content.event, None
    if register is not None or (operators and content.register and not keys):
        registered = event_proof.sender(event.attributes.get("source"), register, content.register, operators)
        keys += registered.keys_at(content.arrived)
    if log_key is not None:
        _verify_proof(file, content, log_key)
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
        in_log = {"in_log": True} if log_key is not None else {}
        typer.echo(json.dumps({"verified": _document(verified, event), **by, **in_log}, ensure_ascii=False))
        return
    _show(verified, event, next(one for one in keys if one.id == verified.key_id))
    for line in _said(registered, content, log_key):
        results().print(line, soft_wrap=True)


def _verify_proof(file: Path, content: EventFile, log_key: str) -> None:
    """The log's proof in a bundle; raises `CommandError` if it does not hold."""
    from operations import audit_log  # noqa: PLC0415  (the archive: too much for `--help` to load)

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
        typer.echo(json.dumps(said, ensure_ascii=False))
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
    shown = table("", "what the signature covers")
    for name in (*CORE, *verified.signed):
        row(shown, (name, _printable(verified.attributes.get(name, "(signed as absent)"))))
    row(shown, ("data", f"{len(event.data):,} bytes, SHA-256 {hashlib.sha256(event.data).hexdigest()}"))
    results().print(shown)
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
