"""`forcegen keys`: make a key that signs events, print its public half, and write the library that signs."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.lazy import at_first_use
from cli.output.options import Json, print_json

with at_first_use():
    from cli.input import key_files
    from operations import signing_library

if TYPE_CHECKING:  # a package, which would be imported at once
    from contracts.verifiability import PublicKey


class Algorithm(StrEnum):
    """The algorithms of signed events."""

    ed25519 = "ed25519"
    p256 = "p256"


File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the private key.")]
Kind = Annotated[Algorithm, typer.Option("--algorithm", help="Ed25519, or ECDSA over P-256 for hardware without it.")]
Target = Annotated[Path, typer.Argument(metavar="DIR", help="Where the wheel goes; the same version is replaced.")]
commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Make and show the keys that sign events, and write the library that signs.",
)


@commands.command("new")
def new(file: File, algorithm: Kind = Algorithm.ed25519, *, as_json: Json = False) -> None:
    """Make a private key in a new file that only you can read, and print its public half.

    The key belongs to one producer. Who has the file can speak in its name: keep it where the producer runs, and give
    away the public half only.

    \b
    Examples:
      forcegen keys new producer.key
      forcegen keys new producer.key --algorithm p256
    \b
    Exit codes: 0 made; 1 the file is there already, or cannot be written. Nothing is overwritten.
    """
    key = key_files.made("p256" if algorithm is Algorithm.p256 else "ed25519")
    key_files.write_key(file, key)
    _show(key.public, as_json=as_json)


@commands.command("show")
def show(file: File, *, as_json: Json = False) -> None:
    """Print the public half of a private key, as the register of producers holds it, and its key id.

    \b
    Examples:
      forcegen keys show producer.key
      forcegen keys show producer.key | sed -n 's/^public key //p'
    \b
    Exit codes: 0 printed; 1 the file holds no such key, or others can read it.
    """
    _show(key_files.read_key(file).public, as_json=as_json)


@commands.command("library")
def library(directory: Target = Path(), *, as_json: Json = False) -> None:
    """Write the library that signs and verifies events as a Python wheel; it needs `cryptography` and nothing of ours.

    The same version of the system writes the same bytes everywhere: compare the checksum that it prints.

    \b
    Examples:
      forcegen keys library
      pip install ./forcegen_verifiability-*.whl
    \b
    Exit codes: 0 written; 1 the file cannot be written.
    """
    target, checksum = signing_library.write_library(directory)
    if as_json:
        print_json({"sha256": checksum, "file": str(target)})
    else:
        typer.echo(f"{checksum}  {target}")


def _show(public: "PublicKey", *, as_json: bool) -> None:
    if as_json:
        print_json({"public_key": public.text, "key_id": public.id})
        return
    typer.echo(f"public key {public.text}\nkey id     {public.id}")
