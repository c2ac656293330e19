"""Completion of what only the running system knows: reports, their parameters, ids, services, held events.

A shell asks at a press of a key, so every answer is quick, and silent where there is none: no system, no answer within
a second, a token that is refused. Nothing is written, and nothing is printed.
"""

import io
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Final, TypeAlias

import typer

from cli.connect import tokens
from cli.connect.endpoints import USUAL
from contracts.json_object import JsonObject
from deploy.local.endpoints import Endpoints
from deploy.service_names import QUERY

Completions: TypeAlias = list[tuple[str, str]]
"""Each with a few words about it, which zsh and fish show."""
WITHIN_S: Final = 1.0
IDS_MAX: Final = 1_000
HAVE_OPTIONS: Final = ("as_of", "as_known_at", "since", "wait_for", "format", "receipt")
"""Parameters that an option of their own sets."""
LISTS: Final = {
    **{"line": "lines", "mandate": "mandates", "mission": "missions", "missions": "missions", "tour": "tours"},
    **{"unit": "units", "vacancy": "vacancies", "application": "applications", "candidate": "candidates"},
}
"""By parameter of a report, the list of the query API that has its ids."""
_NOTHING: Final = (OSError, ValueError, KeyError, TypeError, AttributeError, urllib.error.URLError)


def reports(ctx: typer.Context, incomplete: str) -> Completions:
    """The names of reports."""
    return _those(incomplete, ((one["name"], one["description"]) for one in _reports(ctx)))


def parameters(ctx: typer.Context, incomplete: str) -> Completions:
    """The parameters of the report that is named, as `KEY=`; behind the sign, the ids that there are."""
    name, equals, begun = incomplete.partition("=")
    if equals:
        return [(f"{name}={value}", about) for value, about in _those(begun, _values(ctx, name))]
    report = ctx.params.get("name") or next(iter(ctx.args), None)  # `-p` without its value ends the parsing before it
    named = [one for one in _reports(ctx) if one["name"] == report]
    keys = (key for one in named for key in one["parameters"])
    return _those(incomplete, ((f"{key}=", "") for key in keys if key not in HAVE_OPTIONS))


def services(ctx: typer.Context, incomplete: str) -> Completions:
    """The services of the system."""
    system = _system(ctx)
    return _those(incomplete, ((name, url) for name, url in (system.urls if system else {}).items()))


def held_events(ctx: typer.Context, incomplete: str) -> Completions:
    """The places of the events that the named service holds."""
    system = _system(ctx)
    url = (system.urls if system else {}).get(str(ctx.params.get("service")), "")
    items = _answer(f"{url}/v1/held?limit={IDS_MAX}").get("items", []) if url else []
    places = ((f"{one['topic']}/{one['partition']}/{one['offset']}", one["reason"]) for one in items)
    return _those(incomplete, places)


def for_bash(app: Callable[[], object], environment: MutableMapping[str, str]) -> None:
    """Complete `KEY=VALUE` as one word, and print what follows the sign: bash splits words at `=` before it asks."""
    words = environment.get("COMP_WORDS", "").split(" ")
    if "=" not in words:
        app()
        return
    _join_pairs(words, environment)
    printed = io.StringIO()
    with redirect_stdout(printed), suppress(SystemExit):
        app()
    typer.echo("\n".join(line.partition("=")[2] or line for line in printed.getvalue().splitlines()))


def _join_pairs(words: Sequence[str], environment: MutableMapping[str, str]) -> None:
    at, joined = int(environment.get("COMP_CWORD", "0")), list[str]()
    for place, word in enumerate(words):
        if joined and (word == "=" or (place and words[place - 1] == "=")):
            joined[-1] += word
            at -= place <= int(environment["COMP_CWORD"])
        else:
            joined.append(word)
    environment.update(COMP_WORDS=" ".join(joined), COMP_CWORD=str(at))


def _values(ctx: typer.Context, parameter: str) -> Iterator[tuple[str, str]]:
    if parameter in ("contributor", "contributors"):
        yield from dict.fromkeys((str(one["contributor"]), "") for one in _items(ctx, "mandates"))
    elif parameter in LISTS:
        yield from ((str(one["id"] if "id" in one else one["mission"]), "") for one in _items(ctx, LISTS[parameter]))


def _items(ctx: typer.Context, name: str) -> list[JsonObject]:
    url = _query_url(ctx)
    items: list[JsonObject] = _answer(f"{url}/v1/{name}?limit={IDS_MAX}").get("items", []) if url else []
    return items


def _reports(ctx: typer.Context) -> list[JsonObject]:
    url = _query_url(ctx)
    listed: list[JsonObject] = _answer(f"{url}/v1/reports").get("reports", []) if url else []
    return listed


def _query_url(ctx: typer.Context) -> str | None:
    system, given = _system(ctx), ctx.params.get("api") or os.environ.get("FORCEGEN_QUERY_URL")
    return str(given).rstrip("/") if given else (system.urls.get(QUERY) if system else None)


def _system(ctx: typer.Context) -> Endpoints | None:
    return tokens.remember(Path(ctx.params.get("directory") or os.environ.get("FORCEGEN_DIRECTORY") or USUAL))


def _answer(url: str) -> JsonObject:
    """The JSON object at an address; empty if there is none in time."""
    token = tokens.token_for(url)
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=WITHIN_S) as answer:
            content: JsonObject = json.load(answer)
    except _NOTHING:
        return {}
    return content if isinstance(content, dict) else {}


def _those(begun: str, every: Iterator[tuple[str, str]]) -> Completions:
    """Those that begin so; empty if the answer has another form than expected."""
    try:
        return [(value, " ".join(about.split())) for value, about in every if value.startswith(begun)]
    except _NOTHING:
        return []
