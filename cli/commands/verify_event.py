"""`forcegen verify-event`: whether a signature holds and what it covers, from one file, without any server."""

from pathlib import Path
from typing import Annotated

import typer

from cli.lazy import at_first_use

with at_first_use():
    from cli.commands import event_check

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
    event_check.check(file, event_check.Trusted(key or [], register, operators, log_key), as_json=as_json)
