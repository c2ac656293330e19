"""A page is not read anew while nothing changes, is never older than the last commit, and is for one scope alone."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

import asyncpg
import httpx
import pytest

from contracts.words import Event
from kernel.identity.principal import Principal
from kernel.store.postgres_url import address
from services.reporting.http.app import build
from services.reporting.pages import compare, content, strength
from services.reporting.projector.projector import Projector
from services.reporting.query.scope import NAMED_AT_ONCE, NARROWED
from services.reporting.query.session import PLANNED_ONCE
from tests import peacekeepers as story
from tests.callers import ANYTHING, CalledAs, scoped
from tests.integration.reading_database import reading_database
from tests.projection_spec import history

TODAY = date(2014, 12, 1)
EVENTS: list[Event] = [
    *(story.mission("MINURSO"), story.proposed(), story.approved(), story.planned(), story.arrived(), story.counted(1)),
]
MORE: list[Event] = [story.planned("t-2", person="p-0002"), story.arrived("t-2", "2014-08-01")]
PAGES = (
    *("/", "/overview", "/returns", "/tours", "/missions/MINURSO", "/compare?before_as_of=2014-01-01"),
    *("/strength", "/strength?mission=MINURSO"),
)
NOW = re.compile(r"as_known_at=[^&\"]*")
"""The instant of a permanent link."""


@dataclass
class Pages:
    """The pages, whoever reads them, over views that grow."""

    pool: asyncpg.Pool
    scoped_pool: asyncpg.Pool

    def __post_init__(self) -> None:
        self.app = build(self.pool, today=lambda: TODAY, scoped_pool=self.scoped_pool)

    async def read(self, path: str, caller: Principal = ANYTHING, language: str = "en") -> str:
        transport = httpx.ASGITransport(app=CalledAs(self.app, caller))
        headers = {"Accept": "text/html", "Accept-Language": language}
        async with httpx.AsyncClient(transport=transport, base_url="http://pages", headers=headers) as http:
            answer = await http.get(path)
        assert answer.status_code == 200, answer.text
        return NOW.sub("", answer.text)

    async def goes_on(self) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            done = await Projector().apply(connection, history([*EVENTS, *MORE]))
            assert done.applied == len(MORE)


@pytest.fixture
async def pages(postgres_dsn: str) -> AsyncIterator[Pages]:
    async with reading_database(postgres_dsn) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await Projector().apply(connection, history(EVENTS))
        name = await pool.fetchval("SELECT current_database()")
        settings = {"search_path": "reporting", **PLANNED_ONCE, **NARROWED}
        async with asyncpg.create_pool(
            address(postgres_dsn).to(name), min_size=1, max_size=1, server_settings=settings, **NAMED_AT_ONCE
        ) as scoped_pool:
            yield Pages(pool, scoped_pool)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each content was made."""
    counts = Counter[str]()
    for module, name in ((content, "read"), (content, "answers"), (compare, "compare"), (strength, "find")):
        make = getattr(module, name)

        async def counted(*given: object, make: object = make, name: str = name) -> object:
            counts[name] += 1
            return await make(*given)  # type: ignore[operator]

        monkeypatch.setattr(module, name, counted)
    return counts


async def test_a_page_is_made_once_for_every_reader_and_language(pages: Pages, made: Counter[str]) -> None:
    first = [await pages.read(path) for path in PAGES]
    assert [await pages.read(path) for path in PAGES] == first
    for path in PAGES:
        await pages.read(path, language="ru")
    assert made == {"answers": 1, "read": 4, "compare": 1, "find": 2}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_shows_all_that_was_committed_before_its_request(pages: Pages, path: str) -> None:
    before = await pages.read(path)
    await pages.goes_on()
    after = await pages.read(path)
    assert before != after
    fresh = Pages(pages.pool, pages.scoped_pool)
    assert after == await fresh.read(path)


async def test_after_a_rebuild_a_page_is_made_anew(pages: Pages) -> None:
    """given views in the place of others, when their last change has the same number, then they are other views."""
    before = await pages.read("/tours")
    async with pages.pool.acquire() as connection, connection.transaction():
        last = await connection.fetchval("SELECT last FROM change_head")
        await connection.execute("ALTER TABLE change_head RENAME TO change_head_before")
        await connection.execute("CREATE TABLE change_head AS TABLE change_head_before")
        await Projector().apply(connection, history([*EVENTS, *MORE]))
        await connection.execute("UPDATE change_head SET last = $1", last)
    after = await pages.read("/tours")
    assert "p-0002" in after and "p-0002" not in before


@pytest.mark.parametrize("path", PAGES)
async def test_who_sees_one_state_is_shown_nothing_that_was_kept_for_others(pages: Pages, path: str) -> None:
    everything = await pages.read(path)
    assert "p-0001" in await pages.read("/tours")
    theirs = await pages.read(path, scoped("CAN"))
    for ours in ("kz-2013", "p-0001"):
        assert ours not in theirs
    assert await pages.read(path) == everything
    assert await pages.read(path, scoped("CAN")) == theirs


async def test_another_day_another_instant_and_another_table_are_other_pages(pages: Pages, made: Counter[str]) -> None:
    forms = ("", "?as_of=2014-06-01", "?as_known_at=2022-07-01T12:00:02Z", "?contributor=KAZ", "?section=tours")
    sorted_forms = ("?section=tours&sort=rank", "?section=tours&sort=-rank")
    for form in (*forms, *sorted_forms):
        await pages.read(f"/tours{form}")
    assert made["read"] == len(forms) + len(sorted_forms)


async def test_a_picture_is_drawn_from_what_its_page_has_read(pages: Pages, made: Counter[str]) -> None:
    await pages.read("/strength?mission=MINURSO")
    await pages.read("/strength.svg?mission=MINURSO")
    assert made["find"] == 1


async def test_files_are_read_anew(pages: Pages, made: Counter[str]) -> None:
    for _ in range(2):
        await pages.read("/tours.json")
    assert made["read"] == 2
