"""A browser that reads pages of the story, served by a process's worth of the query API; pictures of what it saw."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from contracts.words import Event
from kernel.runtime.health import Health
from kernel.runtime.process import running_together
from services.reporting.http.app import build
from services.reporting.projections.event import ConsumedEvent
from services.reporting.projector.projector import Projector
from services.reporting.query.change_feed import ChangeFeed
from services.reporting.query.scope import ReadPools
from tests.architecture.sources import ROOT
from tests.browser.chromium import driver_environment, located
from tests.integration.reading_database import reading_database
from tests.integration.serving import served
from tests.projection_spec import LEARNED, history
from tests.stories import AS_OF, run_story

PICTURES = ROOT / ".artefacts"


@dataclass
class BrowsedSystem:
    """The story as pages, and a way to go on with it."""

    url: str
    pool: asyncpg.Pool
    log: list[ConsumedEvent]
    further: list[Event] = field(default_factory=list)

    @property
    def half_way(self) -> datetime:
        """An instant at which half of the story was on record."""
        return LEARNED + timedelta(seconds=len(self.log) // 2)

    async def goes_on(self, *events: Event) -> None:
        """These events are recorded too."""
        self.further += events
        whole = [*(fact.data for fact in run_story().system.facts()), *self.further]
        async with self.pool.acquire() as connection, connection.transaction():
            done = await Projector().apply(connection, history(whole))
            assert done.applied == len(events)


@dataclass
class Reader:
    """A page in a browser. What the console says against it is remembered."""

    page: Page
    system: BrowsedSystem
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.system.url}{path}")

    async def picture(self, name: str) -> None:
        """Kept for whoever looks at the run."""
        PICTURES.mkdir(exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
async def system(postgres_dsn: str) -> AsyncIterator[BrowsedSystem]:
    log = history([fact.data for fact in run_story().system.facts()])
    async with reading_database(postgres_dsn) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, log)
        following = ChangeFeed(ReadPools(pool), Health(60))
        app = build(pool, today=lambda: AS_OF, change_feed=following)
        async with running_together([following.run()]), served(app) as url:
            yield BrowsedSystem(url, pool, log)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    driver_environment()
    chromium = located()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.program,
            args=["--no-sandbox", *chromium.arguments],
            env={**os.environ, **chromium.environment},
        )
        yield browser
        await browser.close()


@pytest.fixture(params=["light", "dark"])
async def reader(request: pytest.FixtureRequest, browser: Browser, system: BrowsedSystem) -> AsyncIterator[Reader]:
    context = await browser.new_context(color_scheme=request.param, locale="en-GB")
    opened = Reader(await context.new_page(), system)
    opened.page.on("console", opened.hear)
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    await context.close()
    assert opened.complaints == []
