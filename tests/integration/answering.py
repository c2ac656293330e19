"""The query API over a history: given events, when a report is asked for, then rows."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from contracts.words import Event
from services.reporting.http.app import build
from services.reporting.projector.projector import Projector
from services.reporting.reports.catalogue import REPORTS
from tests.callers import CalledAs
from tests.integration.reading_database import reading_database
from tests.projection_spec import history


@dataclass(frozen=True)
class QueryClient:
    """An official with a query API."""

    http: httpx.AsyncClient

    async def report(self, name: str, **parameters: Any) -> Mapping[str, Any]:
        """The whole answer; what adds up is added up here once more."""
        answer = await self.http.get(f"/v1/reports/{name}", params=parameters)
        assert answer.status_code == 200, answer.text
        body: Mapping[str, Any] = answer.json()
        assert set(body["totals"]) == set(REPORTS[name].of(parameters.get("source")).totals)
        if "limit" not in parameters:
            for column, total in body["totals"].items():
                assert sum(row[column] or 0 for row in body["rows"]) == total, column
        return body

    async def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of the answer."""
        return list((await self.report(name, **parameters))["rows"])

    async def picked(self, name: str, *columns: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Some columns of the rows."""
        return [tuple(row[column] for column in columns) for row in await self.rows(name, **parameters)]

    async def refused(self, name: str, **parameters: Any) -> tuple[int, str]:
        """The status and the parameter that is to blame."""
        answer = await self.http.get(f"/v1/reports/{name}", params=parameters)
        problem = answer.json()
        assert problem["remedy"], problem
        return answer.status_code, problem["field"]


@asynccontextmanager
async def given(dsn: str, events: Iterable[Event], today: date = date(2014, 12, 1)) -> AsyncIterator[QueryClient]:
    """A query API over the views of a history, on a database of its own."""
    log = history(events)
    async with reading_database(dsn) as pool:
        async with pool.acquire() as connection, connection.transaction():
            done = await Projector().apply(connection, log)
            assert (done.applied, done.parked) == (len(log), 0)
        transport = httpx.ASGITransport(app=CalledAs(build(pool, today=lambda: today)))
        async with httpx.AsyncClient(transport=transport, base_url="http://reading") as http:
            yield QueryClient(http)
