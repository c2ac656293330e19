"""`forcegen env`: the addresses and files of the running local system, as variables for scripts."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.connect.endpoints import USUAL, Directory, nothing_is_up, running_system
from cli.lazy import at_first_use
from cli.output.options import Json, print_json
from deploy.local.endpoints import Endpoints
from deploy.local.kafka_logins import USERS_FILE, login_of
from deploy.local.ports import LOOPBACK
from deploy.local.tokens import path_of_token, read_token
from deploy.service_names import AUDIT
from operations.kafka_users import CLI

with at_first_use():
    from deploy import roles
    from deploy.local import stack
    from operations import local_keys, local_producers

Secrets = Annotated[
    bool, typer.Option("--secrets", help="Also TOKEN, BEARER, ANALYST_URL, KAFKA_USER and KAFKA_PASSWORD.")
]
AUDIT_KEY: Final = Path("services", AUDIT, ".forcegen", "audit", "key")


def env(directory: Directory = USUAL, *, secrets: Secrets = False, as_json: Json = False) -> None:
    """Print the addresses and files of the running local system, for `eval` in a shell or for a script.

    FORCEGEN_DIRECTORY, by which every command finds this system from any place; <SERVICE>_URL; KAFKA_BOOTSTRAP;
    POSTGRES_HOST, POSTGRES_PORT and POSTGRES_DATABASE; and the files with its token, passwords, register and keys.
    No secret is among them without --secrets.

    \b
    Examples:
      eval "$(forcegen env)"; curl -s "$QUERY_URL/livez"
      eval "$(forcegen env --secrets)"; curl -s -H "$BEARER" "$QUERY_URL/v1/reports"
      forcegen env --json | jq -r .KAFKA_BOOTSTRAP
    \b
    Exit codes: 0 printed; 1 no system runs from the directory; 2 the command line is wrong.
    """
    system, postgres = running_system(directory), stack.status(directory).postgres
    if not postgres.running or postgres.port is None:
        raise nothing_is_up(directory)
    place = directory.absolute()
    variables = {**_addresses(system, place, postgres.port), **_files(place)}
    if secrets:
        variables |= _secrets(place, postgres.port)
    if as_json:
        print_json(variables)
        return
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def _addresses(system: Endpoints, directory: Path, postgres: int) -> Mapping[str, str]:
    return {
        "FORCEGEN_DIRECTORY": str(directory),
        **{f"{name.upper()}_URL": url for name, url in system.urls.items()},
        "KAFKA_BOOTSTRAP": system.kafka_bootstrap,
        "POSTGRES_HOST": LOOPBACK,
        "POSTGRES_PORT": str(postgres),
        "POSTGRES_DATABASE": roles.DATABASE,
    }


def _files(directory: Path) -> Mapping[str, str]:
    """The files with secrets and keys, each readable by its owner alone."""
    return {
        "TOKEN_FILE": str(path_of_token(directory)),
        "POSTGRES_PASSWORDS_FILE": str(directory / "services" / roles.FILE),
        "KAFKA_PASSWORDS_FILE": str(directory / USERS_FILE),
        "PRODUCERS_REGISTER": str(local_keys.folder_of(directory) / local_keys.REGISTER),
        "PRODUCERS_OPERATORS_FILE": str(local_producers.operators_file(directory)),
        "AUDIT_KEY_FILE": str(directory / AUDIT_KEY),
    }


def _secrets(directory: Path, postgres: int) -> Mapping[str, str]:
    token, login, analyst = read_token(directory), login_of(CLI, directory), roles.password_of("analyst", directory)
    database = f"{LOOPBACK}:{postgres}/{roles.DATABASE}"
    return {
        **({"TOKEN": token, "BEARER": f"Authorization: Bearer {token}"} if token else {}),
        **({"ANALYST_URL": f"postgresql://analyst:{analyst}@{database}"} if analyst else {}),
        **({"KAFKA_USER": login.username, "KAFKA_PASSWORD": login.password} if login else {}),
    }
