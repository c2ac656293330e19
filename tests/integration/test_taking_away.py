"""The how-tos for Excel, Power BI, pandas and DuckDB: each address answers, and each statement runs as an analyst."""

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.architecture.sources import ROOT
from tests.integration.answering import QueryClient, given
from tests.integration.test_analysts import analyst, database  # noqa: F401  (fixtures)
from tests.stories import AS_OF, run_story

PAGES = ("take-it-to-excel", "use-power-bi", "use-pandas", "use-duckdb")
TEXTS = {name: (ROOT / "docs" / "how-to" / f"{name}.md").read_text(encoding="utf-8") for name in PAGES}
ADDRESSES = sorted(
    {
        one
        for text in TEXTS.values()
        for one in re.findall(r"(?:http://127\.0\.0\.1:8080|\$QUERY_URL)(/[^\s'\"`]+)", text)
    }
)
TEMPLATES = sorted({one for text in TEXTS.values() for one in re.findall(r'f"\{api\}(/[^"]+)"', text)})
STATEMENTS = re.findall(r"```sql\n(.*?)```", TEXTS["use-power-bi"], re.DOTALL)


@pytest.fixture(scope="module")
async def ask(postgres_dsn: str) -> AsyncIterator[QueryClient]:
    async with given(postgres_dsn, [fact.data for fact in run_story().system.facts()], today=AS_OF) as ask:
        yield ask


@pytest.mark.parametrize("address", [*ADDRESSES, *TEMPLATES])
async def test_each_address_of_a_how_to_is_a_file_with_rows(ask: QueryClient, address: str) -> None:
    answer = await ask.http.get(address)
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_each_statement_of_a_how_to_has_rows(analyst: asyncpg.Connection, statement: str) -> None:  # noqa: F811
    rows = await analyst.fetch(statement.strip())
    assert rows or "known_at" in statement, "the story is recorded later than the day of the page"


def test_the_how_tos_have_addresses_and_statements() -> None:
    assert (len(ADDRESSES) > 8, len(TEMPLATES), len(STATEMENTS)) == (True, 2, 3)
