"""A page of the archive in Russian or Kazakh speaks that language alone, and so does every page it leads to."""

import re
from typing import Final

import httpx
import pytest

from tests.audit.test_pages_edges import http, page

__all__ = ["http"]
pytestmark = pytest.mark.servers
ADDRESSES: Final = (
    *("/", "/?stream=mandate/kz-1", "/?type=none", "/messages/approvals.events/0/0"),
    *("/messages/approvals.events/0/99", "/?unheard-of=1", "/?cursor=x"),
)
_NOT_OURS: Final = re.compile(
    r'<(pre|code|script)\b.*?</\1>|<dl class="facts raw">.*?</dl>|<span lang="en">.*?</span>|<a lang=.*?</a>|<[^>]+>',
    re.DOTALL,
)
"""What a record holds, commands to type, texts that are marked as English, and tags."""
_ENGLISH: Final = re.compile(r"(?:\b[A-Za-z][a-z']+[ ,;:]+){2,}[A-Za-z][a-z']+")
_LINK: Final = re.compile(r'<a (?!lang=)[^>]*href="(/[^"]*)"')


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_page_speaks_one_language_and_so_do_its_links(
    http: httpx.AsyncClient, address: str, language: str
) -> None:
    _, text = await page(http, f"{address}{'&' if '?' in address else '?'}lang={language}")
    assert f'<html lang="{language}">' in text
    assert _ENGLISH.findall(_NOT_OURS.sub(" ", text)) == []
    for href in _LINK.findall(text):
        assert href.startswith(("/v1/", "/docs", "/checkpoint")) or f"lang={language}" in href, href


async def test_the_language_of_the_browser_is_spoken_and_named(http: httpx.AsyncClient) -> None:
    answer = await http.get("/", headers={"Accept": "text/html", "Accept-Language": "kk-KZ,ru;q=0.5"})
    assert answer.headers["content-language"] == "kk"
    assert "accept-language" in answer.headers["vary"].lower()
    assert "Журнал" in answer.text
    assert "lang=kk" not in " ".join(_LINK.findall(answer.text)), "the browser goes on saying it"


async def test_a_language_that_there_is_not_is_refused(http: httpx.AsyncClient) -> None:
    status, text = await page(http, "/?lang=tlh")
    assert status == 400
    assert "There are en, ru, kk." in text
