"""The pages: read-only, without scripts, each with its data beside it. Content of a record is shown, never run."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode

import asyncpg
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from pydantic import ValidationError

from contracts.verifiability import CORE
from kernel.http.address import bad
from kernel.http.caching import NOT_AT_ALL, RevalidatedFiles
from kernel.http.languages import chosen_language, language_of
from kernel.http.places import Place
from kernel.http.principals import is_operator
from kernel.http.problem_details import Problem, unknown
from kernel.http.problem_texts import said
from kernel.http.problem_types import NOT_FOUND
from kernel.http.proxied import path_of, root_of
from kernel.http.values import Bad
from kernel.runtime.health import Health
from kernel.store.postgres import Connection
from services.audit.archive.writer import archived
from services.audit.http import access, search_routes, status
from services.audit.http.access import Reader
from services.audit.http.search_routes import SearchParameters, UnknownMessage
from services.audit.http.status import LogStatus
from services.audit.pages.texts import PageTexts
from services.audit.search import causation, evidence
from services.audit.search.indexer import IndexedMessage
from services.audit.tlog import merkle, tree_store
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.tlog.leaf import NAME_CODEC, entry, unpacked
from services.audit.tlog.tree_store import sql

SHOWN_MAX: Final = 20_000
"""Bytes of a value or of a header that a page shows."""
ON_A_PAGE: Final = 40
READINGS_SHOWN: Final = 10
FIELDS: Final = (
    ("stream", "Stream", "text", "line/kz-2013/observers"),
    ("actor", "Actor", "text", ""),
    ("authid", "Who said it", "text", "mfa-kz"),
    ("authkey", "Signed with key", "text", ""),
    ("type", "Type", "text", "forcegen.deployments.TourPlanned"),
    ("recorded_since", "Recorded from (UTC)", "datetime-local", ""),
    ("recorded_until", "Recorded before (UTC)", "datetime-local", ""),
)
CHANGED: Final = "The tree does not begin with what was signed last: it was changed, or put back to a backup."
UNPLACED: Final = "Records that are in the archive and in no leaf, because somebody put them there: {number}."
UNSIGNED: Final = "Nothing is signed: {alarm}."
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": NOT_AT_ALL,
    "Vary": "Accept, Accept-Language",
}


def static() -> RevalidatedFiles:
    """The style sheet of every service's pages."""
    return RevalidatedFiles(packages=[("kernel", "static")])


def routes(pool: asyncpg.Pool, health: Health) -> APIRouter:
    """`/`, `/messages/<place>`, and `/v1/status`, the status of the log as data."""
    router = APIRouter()
    reader_of_page = [Reader, Depends(chosen_language)]

    @router.get("/v1/status", summary="How the log stands: its size, what was signed, whether that still holds")
    async def log_status() -> dict[str, object]:
        async with pool.acquire() as connection:
            return asdict(await status.look(connection, health))

    @router.get("/", include_in_schema=False, dependencies=reader_of_page)
    async def log(request: Request) -> Response:
        form = _form(request)
        try:
            parameters = SearchParameters.model_validate({"limit": ON_A_PAGE, **_with_offset(form)})
        except ValidationError as fault:
            raise RequestValidationError([{**one, "loc": ("query", *one["loc"])} for one in fault.errors()]) from fault
        async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            log_status = await status.look(connection, health)
            messages, following = await search_routes.search(connection, parameters)
        return _log(request, form, log_status, messages, following, await access.newest(pool, READINGS_SHOWN))

    @router.get("/messages/{place:path}", include_in_schema=False, dependencies=reader_of_page)
    async def message(request: Request, place: Annotated[Place, Path()]) -> Response:
        try:
            async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
                return await _message(request, connection, await search_routes.at(connection, place))
        except UnknownMessage:
            detail = f"There is no record {place} in the archive."
            raise Problem(NOT_FOUND, detail, field="place", remedy="Search for it on the first page.") from None

    return router


def _form(request: Request) -> dict[str, str]:
    """The form's parameters, each once; raises `Problem`. A field left empty counts as absent."""
    parameters: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name in parameters:
            raise bad(name, Bad("It is there more than once.", f"Send {name} once."))
        if name not in (*SearchParameters.model_fields, "lang"):
            raise unknown(name if name.isprintable() else ascii(name))
        parameters[name] = text
    return {name: text for name, text in parameters.items() if text and name != "lang"}


def problem(request: Request, fault: Problem) -> Response | None:
    """A problem as a page, for a browser that requested a page; None for any other client."""
    path = path_of(request)
    is_page = path in ("/", "/access") or path.startswith("/messages/")
    if not is_page or "text/html" not in request.headers.get("accept", "").lower():
        return None
    language = language_of(request)
    texts = {
        "detail": said(str(fault).removeprefix(f"{fault.field}: "), language),
        "remedy": said(fault.remedy, language) if fault.remedy else None,
    }
    shown = page(request, "problem.html", title="This cannot be shown", at="", field=fault.field, twins=(), **texts)
    return Response(shown.body, fault.status, {**HEADERS, **(fault.headers or {})}, media_type="text/html")


def _with_offset(form: Mapping[str, str]) -> dict[str, str]:
    """The form with its times marked as UTC, which a browser sends without an offset."""
    times = {name: _LOCAL.fullmatch(form.get(name, "")) for name in ("recorded_since", "recorded_until")}
    return {**form, **{name: f"{time[1]}{time[2] or ':00'}Z" for name, time in times.items() if time}}


_LOCAL: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,9})?)?")


def _log(
    request: Request,
    form: Mapping[str, str],
    log_status: LogStatus,
    messages: list[IndexedMessage],
    following: str | None,
    readings: list[dict[str, object]],
) -> Response:
    older = {**form, "cursor": following} if following else None
    searched = f"/v1/messages?{urlencode(_with_offset(form))}" if form else "/v1/messages"
    return page(
        request,
        "log.html",
        title="The log",
        at="log",
        status=log_status,
        wrong=wrong(log_status),
        fields=FIELDS,
        form={name: text for name, text in form.items() if name != "cursor"},
        chosen=request.query_params.get("lang"),
        messages=messages,
        following=older,
        readings=readings,
        twins=[("/v1/status", "how the log stands"), (searched, "these messages"), ("/v1/readings", "who read")],
    )


def wrong(log_status: LogStatus) -> list[tuple[str, dict[str, str]]]:
    """What an auditor must read first: texts, and what fills their places."""
    warnings: list[tuple[str, dict[str, str]]] = []
    if not log_status.continues:
        warnings.append((CHANGED, {}))
    if log_status.unplaced:
        warnings.append((UNPLACED, {"number": f"{log_status.unplaced:,}"}))
    warnings += [(UNSIGNED, {"alarm": one}) for one in log_status.alarms]
    return [*warnings, *(("{problem}.", {"problem": one}) for one in log_status.problems)]


async def _message(request: Request, connection: Connection, message: IndexedMessage) -> Response:
    row = await connection.fetchrow(sql()["leaf"], message.topic, message.part, message.offset)
    if row is None:
        raise UnknownMessage(message.place)
    _, _, key, packed, value = archived(row)
    plain = [(name_shown(name), "null" if content is None else _text(content)[0]) for name, content in unpacked(packed)]
    body, shown = _text(value or b"", pretty=True)
    facts = [(name, fact) for name in FACTS if (fact := getattr(message, name)) is not None]
    cause = await causation.cause_of(connection, message)
    command = cause if cause is not None and message.kind in ("event", "outcome") else None
    return page(
        request,
        "message.html",
        title=named(message, PageTexts(request)),
        at="message",
        message=message,
        facts=[(name, instant(fact) if isinstance(fact, datetime) else fact) for name, fact in facts],
        causes=await causation.of(connection, message),
        command=command,
        said=await evidence.of_command(connection, message, row),
        demo_clock=message.kind in ("event", "outcome") and MARK in dict(plain),
        headers=[("key", "null" if key is None else _text(key)[0]), *plain],
        body="null" if value is None else body,
        cut=shown < len(value or b""),
        length=len(value or b""),
        shown=shown,
        proof=await _proof(connection, row),
        twins=[(f"/v1/bundles/{message.place}", "record and proof"), (f"/v1/causes?at={message.place}", "causes")],
    )


MARK: Final = "ce_democlock"
"""The header of what a demo's clock put on record; in a command anybody may write it."""
_PLACED: Final = frozenset({"leaf", "topic", "part", "offset", "causeplace"})
"""What the page shows elsewhere."""
FACTS: Final = tuple(name for name in IndexedMessage._fields if name not in _PLACED)
"""What stands at the top of a message's page; each name is a text of the page."""


async def _proof(connection: Connection, row: asyncpg.Record) -> dict[str, object] | None:
    """The proof that the record, as it is now, is in the signed tree; None while no checkpoint covers it."""
    note: str | None = await connection.fetchval(sql()["last_checkpoint"])
    checkpoint = Checkpoint.parse(note.rpartition("\n\n")[0] + "\n") if note else None
    if checkpoint is None or row["leaf"] >= checkpoint.size:
        return None
    hashes = await tree_store.hashes(connection, merkle.inclusion(row["leaf"], checkpoint.size))
    try:
        merkle.check_inclusion(
            row["leaf"], checkpoint.size, merkle.leaf_hash(entry(*archived(row))), hashes, checkpoint.root
        )
        holds = True
    except merkle.Refuted:
        holds = False
    return {"holds": holds, "size": checkpoint.size, "hashes": [one.hex() for one in hashes]}


def _text(raw: bytes, *, pretty: bool = False) -> tuple[str, int]:
    """Bytes as readable text, and how many of them it holds; JSON is formatted if all of it is shown."""
    cut = raw[:SHOWN_MAX]
    if pretty and len(cut) == len(raw):
        try:
            return json.dumps(json.loads(raw), indent=2, ensure_ascii=False), len(raw)
        except (ValueError, RecursionError):
            pass
    return cut.decode("utf-8", "backslashreplace"), len(cut)


def name_shown(name: str) -> str:
    r"""A header's name, escaped so that no two names look alike: a byte that is not UTF-8 is `\xff`, a backslash is
    doubled, and an invisible character is `\u200f`.
    """
    doubled = name.replace("\\", r"\\").encode(*NAME_CODEC).decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in doubled)


def named(message: IndexedMessage, texts: PageTexts) -> str:
    """A description of a message in a few words; its type is a name of the contracts, in every language."""
    type_ = message.type.rpartition(".")[2] if message.type else texts.say("no CloudEvent")
    status_ = f", {texts.say(message.status)}" if message.status else ""
    return f"{texts.say(message.kind.capitalize())}: {type_}{status_}"


def instant(when: datetime | None) -> str:
    """An instant to the second, in UTC."""
    return when.strftime("%Y-%m-%d %H:%M:%S UTC") if when else ""


def page(request: Request, template: str, *, title: str, **values: object) -> Response:
    """A page in the reader's language; `title` is translated if it is one of its texts."""
    texts = PageTexts(request)
    speaking = {"texts": texts, "_": texts.say, "fill": texts.fill, "number": texts.count, "to": texts.to}
    text = _TEMPLATES.get_template(template).render(
        **{"root": root_of(request), "is_operator": is_operator(request), "title": texts.say(title)},
        **speaking,
        **values,
    )
    headers = {**HEADERS, "Content-Language": texts.language}
    return Response(text.encode("utf-8", "backslashreplace"), media_type="text/html", headers=headers)


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


_TEMPLATES: Final = Environment(
    loader=PackageLoader("services.audit.pages"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {"core": CORE, "instant": instant, "named": named, "code": _code}
