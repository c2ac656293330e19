"""`forcegen access`: who may use the services, by which token, provider or key, and when each was used last."""

import json
from collections.abc import Mapping
from typing import Annotated

import typer

from cli.connect import http
from cli.connect.endpoints import USUAL, Directory, running_system
from cli.output.terminal import results, row, table
from contracts.json_object import JsonObject

Json = Annotated[bool, typer.Option("--json", help="One JSON object a service, each on a line.")]


def access(directory: Directory = USUAL, *, as_json: Json = False) -> None:
    """Show static tokens, identity providers and registered producers, with their last use.

    Uses of tokens and providers are those since each service started; uses of keys are those on record. An operator's
    token is needed.

    \b
    Examples:
      forcegen access
      forcegen access --json
    \b
    Exit codes: 0 shown; 1 a service does not answer.
    """
    answers = {name: http.get_json(f"{url}/v1/access") for name, url in running_system(directory).urls.items()}
    if as_json:
        for name, answer in answers.items():
            typer.echo(json.dumps({"service": name, **answer}, ensure_ascii=False))
        return
    results().print(_credentials(answers))
    for answer in answers.values():
        if answer["producers"]:
            _producers(answer["producers"])


def _credentials(answers: Mapping[str, JsonObject]) -> object:
    shown = table("token or provider", "roles", "States", "expires", "last used", "at")
    every = {
        **{("tokens", one["name"]): one for answer in answers.values() for one in answer["tokens"]},
        **{("providers", one["issuer"]): one for answer in answers.values() for one in answer["providers"]},
    }
    for (kind, name), one in every.items():
        used, service = _last(answers, kind, name)
        states = "by its claims" if kind == "providers" else _states(one["contributors"])
        roles = one["roles"].values() if kind == "providers" else one["roles"]
        row(shown, (name, ", ".join(sorted(roles)), states, (one.get("expires") or "")[:10], used, service))
    return shown


def _last(answers: Mapping[str, JsonObject], kind: str, name: str) -> tuple[str, str]:
    """The last use at any of the services, and at which."""
    own = "name" if kind == "tokens" else "issuer"
    uses = [
        (one["last_used"], service)
        for service, answer in answers.items()
        for one in answer[kind]
        if one[own] == name and one["last_used"]
    ]
    return max(uses, default=("", ""))


def _producers(register: JsonObject) -> None:
    signed = " and ".join(register["signed_by"]) or "operators whose keys are not set"
    results().print(f"Register of producers, version {register['version']}, signed by {signed}:", markup=False)
    shown = table("producer", "States", "key", "from", "until", "revoked", "last used")
    for producer in register["producers"]:
        for key in producer["keys"] or [{}]:
            days = [(key.get(name) or "")[:10] for name in ("from", "until", "revoked")]
            used = key.get("last_used") or ""
            row(shown, (producer["name"], _states(producer["contributors"]), key.get("id", "none"), *days, used))
    results().print(shown)


def _states(contributors: list[str] | None) -> str:
    return "every State" if contributors is None else ", ".join(contributors)
