"""A receipt: all that a report rests on, so that it can be made again from the archive alone and compared byte by byte.

It names the question, the offset that the views had reached in each partition, what was parked, the version of the
projections, the checkpoint of the archive that covers all of it, and the digest of the answer. `forcegen verify` makes
the answer again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal

import httpx
import orjson
import stamina
from pydantic import BaseModel, ConfigDict, SecretStr

from contracts.json_object import JsonObject
from contracts.registry import SERVICES
from kernel.store.postgres import Connection
from services.reporting.queries import query
from services.reporting.query.errors import BadParameter, NoArchive, NotSignedYet
from services.reporting.query.scope import Scope
from services.reporting.query.values import NamedValues
from services.reporting.reports.parameters import FILE_FORM, ReportParameters

COVERED_WITHIN_S: Final = 10.0
"""How long to wait for a signature; the archive signs twice a second."""
NOT_OF_THE_QUESTION: Final = frozenset({"receipt", "wait_for", "timeout", "format", *FILE_FORM})
"""Parameters that do not change the content of the answer."""
NOT_OF_THE_ANSWER: Final = frozenset({"receipt", "freshness"})
SOURCES: Final = ("contracts", "kernel.sql", "services.reporting")
ENDINGS: Final = (".py", ".sql", ".json")
NOT_OF_THE_CODE: Final = frozenset({"pages", "analysts", "spreadsheets", "published", "__pycache__"})
"""Folders whose files influence neither how events become rows nor how rows become an answer."""


class Position(BaseModel):
    """Everything of a partition before an offset."""

    model_config = ConfigDict(extra="forbid")
    topic: str
    partition: int
    next_offset: int


class Receipt(BaseModel):
    """What a report rests on."""

    model_config = ConfigDict(extra="forbid")
    format: Literal["forcegen.receipt/1"]
    report: str
    parameters: JsonObject
    """As they were asked, with the day that was meant where none was named."""
    positions: list[Position]
    """How far the views had read."""
    parked: dict[str, int]
    """By service, the events that were read and could not be applied; of those that the caller may see."""
    contributors: list[str] | None = None
    """The States whose rows the caller may see; without it, those of every State."""
    projection: str
    """The version of the code that made the views and the answer; see `code_version`."""
    digest: str
    """`sha256:` and the SHA-256 of the answer, in hexadecimal; see `digest`."""
    archive: JsonObject
    """The checkpoint that covers the positions, and for each the proof of its last record."""


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    """Every file of the package that influences the content of an answer."""
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in NOT_OF_THE_CODE:
            yield from _sources(entry, f"{name}/{entry.name}")
        elif entry.is_file() and entry.name.endswith(ENDINGS):
            yield f"{name}/{entry.name}", entry


def sources() -> dict[str, Traversable]:
    """The files that make up `code_version`, by name, in order."""
    return dict(sorted(pair for package in SOURCES for pair in _sources(files(package), package)))


@cache
def code_version() -> str:
    """The version of this code: the first 16 hexadecimal digits of a SHA-256 over its files, by name."""
    whole = sha256()
    for name, file in sources().items():
        content = file.read_bytes()
        whole.update(f"{name} {len(content)}\n".encode() + content)
    return whole.hexdigest()[:16]


def digest(body: NamedValues) -> str:
    """The digest of an answer as JSON, independent of the order of its members and of white space."""
    answer_body = {name: value for name, value in body.items() if name not in NOT_OF_THE_ANSWER}
    return "sha256:" + sha256(orjson.dumps(answer_body, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


@dataclass(frozen=True, slots=True)
class ViewsState:
    """The state of the views when an answer was read."""

    positions: Sequence[NamedValues]
    parked: Mapping[str, int]


async def state(connection: Connection) -> ViewsState:
    """Read the state in the caller's snapshot."""
    rows = await connection.fetch(query("position").sql)
    positions = [{name: row[name] for name in ("topic", "partition", "next_offset")} for row in rows]
    waiting = {row["service"]: row["events"] for row in await connection.fetch(query("parked_counts").sql)}
    return ViewsState(positions, {service: waiting.get(service, 0) for service in SERVICES})


def receipt_of(
    name: str, params: ReportParameters, body: NamedValues, views: ViewsState, archive: NamedValues, scope: Scope = None
) -> JsonObject:
    """The receipt of an answer."""
    question = params.model_dump(mode="json", exclude_none=True, exclude=set(NOT_OF_THE_QUESTION))
    receipt = Receipt(
        format="forcegen.receipt/1",
        report=name,
        parameters=question | {"as_of": str(body["as_of"])},
        positions=[Position(**position) for position in views.positions],
        parked=dict(views.parked),
        contributors=None if scope is None else sorted(scope),
        projection=code_version(),
        digest=digest(body),
        archive=dict(archive),
    )
    return receipt.model_dump(exclude={"contributors"} if scope is None else None)


class _NotCoveredYet(Exception):
    """No checkpoint covers the positions yet."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The audit service, which anchors what a receipt rests on."""

    url: str
    client: httpx.AsyncClient
    token: SecretStr | None = None
    """What shows the audit service that this is the query API."""

    async def covering(self, views: ViewsState) -> NamedValues:
        """The checkpoint that covers what the views held; raises `QueryError` if there is none in time."""
        places = [f"{p['topic']}/{p['partition']}/{p['next_offset']}" for p in views.positions]
        try:
            return await self._anchors(places)
        except (_NotCoveredYet, TimeoutError, httpx.HTTPError) as fault:
            remedy = "Ask again in a minute; if it stays so, ask your operator how far the audit service is."
            raise NotSignedYet("The archive has not signed all of this yet.", remedy=remedy) from fault

    @stamina.retry(on=_NotCoveredYet, attempts=None, timeout=COVERED_WITHIN_S, wait_initial=0.1, wait_max=0.5)
    async def _anchors(self, places: Sequence[str]) -> NamedValues:
        shown = {"Authorization": f"Bearer {self.token.get_secret_value()}"} if self.token else None
        answer = await self.client.get(f"{self.url}/v1/anchors", params={"position": places}, headers=shown)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise _NotCoveredYet
        answer.raise_for_status()
        answer_body: NamedValues = json.loads(answer.content)
        return answer_body


def check(params: ReportParameters, archive: Archive | None) -> Archive:
    """The archive, if a receipt can be issued; raises `QueryError`."""
    if params.format != "json":
        remedy = "Leave format out: the JSON holds the answer and its receipt."
        raise BadParameter("A receipt comes with JSON alone.", field="receipt", remedy=remedy)
    if archive is None:
        remedy = "Its operator sets FORCEGEN_QUERY_AUDIT_URL to the address of the audit service."
        raise NoArchive("This query API does not know the archive.", field="receipt", remedy=remedy)
    return archive
