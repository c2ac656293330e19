"""`forcegen verify-event`: whether a signature holds and what it covers, from one file, without any server."""

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

from cli.input.event_files import event_in
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

File = Annotated[Path, typer.Argument(metavar="FILE", help="An event in JSON, or a bundle or record of the archive.")]
Keys = Annotated[
    list[str] | None, typer.Option("--key", help="A public key of its producer, `ed25519:…` or `p256:…`; several too.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, as the published vectors have it.")]


def verify_event(file: File, key: Keys = None, *, as_json: Json = False) -> None:
    """Verify the signature of one event, offline, and show which attributes and bytes it covers.

    FILE is an event in the JSON format of CloudEvents, or a record as the archive gives it out, alone or in a bundle
    (`forcegen audit verify --bundle` checks the proof in it). Take the key from its producer or from a register that
    you trust, never from who sent the file. Without a key nothing is verified: what the signature claims is shown.

    \b
    Examples:
      forcegen verify-event event.json --key ed25519:mWrs...4lE=
      curl -s -H "$BEARER" http://127.0.0.1:8085/v1/bundles/approvals.commands/0/3 > record.json
      forcegen verify-event record.json --key "$KEY"
    \b
    Exit codes: 0 the signature holds under a key that you named; 1 it does not, with the reason, or no key was named;
    2 the command line is wrong.
    """
    keys = [_key(text) for text in key or ()]
    try:
        event = event_in(file.read_bytes())
    except OSError as fault:
        raise CommandError(f"{file} cannot be read ({fault.strerror}): name a file with one event.") from None
    except NotVerifiable as fault:
        raise _refused(fault, as_json=as_json) from None
    try:
        verified = verify(event.attributes, event.data, keys)
    except NotVerifiable as fault:
        if not as_json:
            _show_claims(event)
        if fault.reason == "key" and not keys:
            remedy = "Name a public key of its producer with --key."
            fault = NotVerifiable("key", "No key was named, so nothing is verified.", remedy)
        raise _refused(fault, as_json=as_json) from None
    if as_json:
        typer.echo(json.dumps({"verified": _document(verified, event)}, ensure_ascii=False))
    else:
        _show(verified, event, next(one for one in keys if one.id == verified.key_id))


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
