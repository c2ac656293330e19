"""`forcegen send`: commands from a file through Kafka to the services, and their answers back."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.connect.endpoints import USUAL, Bootstrap, Directory
from cli.input.files import From
from cli.lazy import at_first_use

with at_first_use():
    from cli.commands.send import sending


class Mode(StrEnum):
    """The content modes of the CloudEvents Kafka binding."""

    binary = "binary"
    structured = "structured"


Wait = Annotated[
    bool | None,
    typer.Option(
        "--wait/--no-wait",
        help="Wait for the answer to each command.",
        show_default="--wait; with --producer, --no-wait",
    ),
]
Producer = Annotated[
    str | None,
    typer.Option(
        "--producer",
        metavar="NAME",
        help="Send to the own topic of this registered producer, logged in as its user.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the outcomes, one JSON object a line.")]
Sign = Annotated[
    Path | None, typer.Option("--sign", metavar="KEY", help="Sign each command with the private key in this file.")
]
As = Annotated[Mode, typer.Option("--mode", help="How a command is laid out in its Kafka record.")]
Silence = Annotated[float, typer.Option("--timeout", min=0.1, help="Give up after so many seconds without an answer.")]


def send(  # noqa: PLR0913  (an option each)
    file: From,
    given: Bootstrap = None,
    directory: Directory = USUAL,
    mode: As = Mode.binary,
    timeout: Silence = 30.0,
    sign: Sign = None,
    producer: Producer = None,
    *,
    wait: Wait = None,
    as_json: Json = False,
) -> None:
    """Send commands through Kafka, each to its service, and show what was answered.

    Each line brings its own id, source and time: sent again, it is answered the same. A line that cannot be read is
    named with its number and the remedy, and the others go in. A line that is signed already goes out as it was signed.
    JSON over many lines, and one array of all commands, are read too.

    A producer that does not sign has a topic of its own, <service>.commands.NAME. Its user reads no topic, so
    --producer does not wait: the answers are at GET /v1/commands/ID.

    \b
    Examples:
      forcegen send commands.ndjson
      forcegen send commands.ndjson --json | jq -r 'select(.status == "refused") | .reason'
      forcegen send pretty-printed.json
      gzip -dc 2014.ndjson.gz | forcegen send - --no-wait
      forcegen send commands.ndjson --sign producer.key
      forcegen send commands.ndjson --producer parliament --bootstrap kafka-1:9092
    \b
    Exit codes: 0 every command was decided (accepted, refused and pending are answers); 1 lines were unreadable, or
    commands invalid or in conflict, or Kafka was not there; 2 the command line is wrong; 3 no answer in time.
    """
    waits = producer is None if wait is None else wait
    request = sending.Sending(given, directory, structured=mode is Mode.structured, silence_s=timeout, waits=waits)
    raise typer.Exit(sending.send_file(file, request, sign, producer, as_json=as_json))
