"""Options that several commands have, and JSON on standard output."""

import json
from typing import Annotated, TypeAlias

import typer

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON document, for a program.")]
JsonLines: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON object a line, for a program.")]


def print_json(document: object) -> None:
    """Print a document on one line, with characters of every language as they are."""
    typer.echo(json.dumps(document, ensure_ascii=False))
