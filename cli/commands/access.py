"""`forcegen access`: who may use the services, by which token, provider or key, and when each was used last."""

from collections.abc import Mapping

from cli.connect.endpoints import USUAL, Directory, running_system
from cli.lazy import at_first_use
from cli.output.options import JsonLines, print_json
from cli.output.tables import Only, ShownTable, column, table
from cli.output.terminal import results
from contracts.json_object import JsonObject

with at_first_use():
    from cli.connect import http


def access(directory: Directory = USUAL, *, columns: Only = None, as_json: JsonLines = False) -> None:
    """Show static tokens, identity providers and registered producers, with their last use.

    Uses of tokens and providers are those since each service started; uses of keys are those on record. An operator's
    token is needed. `--columns` chooses among those of the first table; it leaves out the register of producers.

    \b
    Examples:
      forcegen access
      forcegen access --columns name,roles,expires
      forcegen access --json
    \b
    Exit codes: 0 shown; 1 a service does not answer; 2 the command line is wrong.
    """
    answers = {name: http.get_json(f"{url}/v1/access") for name, url in running_system(directory).urls.items()}
    if as_json:
        for name, answer in answers.items():
            print_json({"service": name, **answer})
        return
    _credentials(answers).show(columns)
    if columns is None:
        _show_register(answers)


def _show_register(answers: Mapping[str, JsonObject]) -> None:
    """The register, once: the services read the same one, and each that has it knows the last uses."""
    for answer in answers.values():
        if answer["producers"]:
            _producers(answer["producers"])


def _credentials(answers: Mapping[str, JsonObject]) -> ShownTable:
    shown = table(column("name", "token or provider"), "roles", "States", "expires", "last_used", "at")
    every = {
        **{("tokens", one["name"]): one for answer in answers.values() for one in answer["tokens"]},
        **{("providers", one["issuer"]): one for answer in answers.values() for one in answer["providers"]},
    }
    for (kind, name), one in every.items():
        used, service = _last(answers, kind, name)
        states = "by its claims" if kind == "providers" else _states(one["contributors"])
        roles = one["roles"].values() if kind == "providers" else one["roles"]
        shown.row(name, ", ".join(sorted(roles)), states, (one.get("expires") or "")[:10], used, service)
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
    shown = table("producer", "States", "key", "from", "until", "revoked", "last_used")
    for producer in register["producers"]:
        for key in producer["keys"] or [{}]:
            days = [(key.get(name) or "")[:10] for name in ("from", "until", "revoked")]
            used = key.get("last_used") or ""
            shown.row(producer["name"], _states(producer["contributors"]), key.get("id", "none"), *days, used)
    shown.show()


def _states(contributors: list[str] | None) -> str:
    return "every State" if contributors is None else ", ".join(contributors)
