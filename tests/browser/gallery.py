"""Pictures of pages in every form in which people see them, and what a machine sees in them by itself.

A picture is one page at one width, in one theme and one language. `Gallery` takes pictures, remembers what is wrong
with a page, and writes a contact sheet: one page of plain HTML with all pictures, for whoever looks through them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import product
from pathlib import Path
from typing import Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, Route

WIDTHS: Final = (1440, 768, 390)
"""Of a desktop, a tablet and a phone, in pixels."""
THEMES: Final = ("light", "dark")
LANGUAGES: Final = {"en": "en-GB", "ru": "ru-RU", "kk": "kk-KZ"}
HEIGHT: Final = 900
HEIGHT_MAX: Final = 10_000
"""Pixels of a page, however narrow."""
WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SHEET: Final = "index.html"


@dataclass(frozen=True)
class Look:
    """How somebody sees a page."""

    theme: str
    language: str
    widths: tuple[int, ...] = WIDTHS


EVERY_LOOK: Final = tuple(Look(theme, language) for theme, language in product(THEMES, LANGUAGES))


@dataclass(frozen=True)
class ShownPage:
    """A page of the gallery."""

    name: str
    """The folder of its pictures."""
    url: str
    status: int = 200
    token: str = ""
    """Who reads it; empty for somebody who has not signed in, or where nobody asks."""
    is_ours: bool = True
    """Whether we wrote what it shows: a library's page is not measured against WCAG."""


@dataclass
class Gallery:
    """Takes pictures into a folder."""

    browser: Browser
    folder: Path
    taken: dict[str, list[str]] = field(default_factory=dict)
    """By page, the files of its pictures."""
    findings: list[str] = field(default_factory=list)
    """What is wrong with a page, one line each."""

    async def take(self, shown: ShownPage, look: Look) -> None:
        """Load a page once, take it at each width, and look for what no page may have."""
        context = await self._context(shown, look)
        page = await context.new_page()
        noticed = _Noticed(f"{shown.name} {look.theme} {look.language}", shown, self.findings)
        page.on("console", lambda message: noticed.said(message.type, message.text))
        page.on("pageerror", lambda error: noticed.report(str(error)))
        await page.route(noticed.is_elsewhere, noticed.requested)
        answer = await page.goto(shown.url)
        if answer is None or answer.status != shown.status:
            noticed.report(f"answers {answer and answer.status} in the place of {shown.status}")
        for width in look.widths:
            await self._at(page, width, shown, look, noticed)
        if shown.is_ours:
            await noticed.barriers(page)
        await context.close()

    async def _context(self, shown: ShownPage, look: Look) -> BrowserContext:
        return await self.browser.new_context(
            color_scheme="dark" if look.theme == "dark" else "light",
            locale=LANGUAGES[look.language],
            viewport={"width": look.widths[0], "height": HEIGHT},
            reduced_motion="reduce",
            extra_http_headers={"Authorization": f"Bearer {shown.token}"} if shown.token else {},
        )

    async def _at(self, page: Page, width: int, shown: ShownPage, look: Look, noticed: "_Noticed") -> None:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        wide, high = await page.evaluate(
            "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight]"
        )
        if wide > 0:
            noticed.report(f"scrolls sideways at {width} px, by {wide}")
        if high > HEIGHT_MAX:
            noticed.report(f"is {high} px high at {width} px")
        file = f"{shown.name}/{width}-{look.theme}-{look.language}.png"
        (self.folder / shown.name).mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=self.folder / file, full_page=True)
        self.taken.setdefault(shown.name, []).append(file)

    def write_sheet(self) -> None:
        """The contact sheet, with what was found at its head."""
        items = "".join(f"<li>{escape(one)}</li>" for one in self.findings)
        pages = "".join(_row(name, files) for name, files in self.taken.items())
        text = SHEET_HTML.format(pages=pages, findings=f"<ol>{items}</ol>" if items else "<p>Nothing was found.</p>")
        (self.folder / SHEET).write_text(text, encoding="utf-8")


@dataclass
class _Noticed:
    """What somebody would not see, or not at once, on one page."""

    where: str
    shown: ShownPage
    findings: list[str]

    def report(self, what: str) -> None:
        self.findings.append(f"{self.where}: {what}")

    def said(self, kind: str, text: str) -> None:
        """What the console says; that an answer has the status of an error is expected of some pages."""
        if kind in ("error", "warning") and not (self.shown.status >= 400 and str(self.shown.status) in text):
            self.report(f"the console says: {text}")

    def is_elsewhere(self, url: str) -> bool:
        """Whether a request leaves the host."""
        origin = "/".join(self.shown.url.split("/")[:3])
        return not url.startswith((f"{origin}/", "data:", "blob:"))

    async def requested(self, route: Route) -> None:
        """A request that leaves the host: it is not made."""
        self.report(f"requests {route.request.url}")
        await route.abort()

    async def barriers(self, page: Page) -> None:
        """What hinders people, by the rules of WCAG 2.2 AA that a machine can try."""
        results = await Axe().run(page, options={"runOnly": WCAG})
        for one in results.response["violations"]:
            places = [node["html"][:120] for node in one["nodes"]][:3]
            self.report(f"{one['id']} ({one['impact']}): {places}")


def _row(name: str, files: Sequence[str]) -> str:
    pictures = "".join(
        f'<a href="{file}"><img src="{file}" loading="lazy" alt="">{Path(file).stem}</a>' for file in sorted(files)
    )
    return f'<section id="{name}"><h2>{escape(name)}</h2><div>{pictures}</div></section>'


SHEET_HTML: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Pictures of every page</title>
<style>
body {{ font: 14px/1.4 sans-serif; margin: 1rem; background: #888; color: #000; }}
div {{ display: flex; flex-wrap: wrap; gap: .5rem; align-items: start; }}
a {{ display: block; width: 15rem; color: #000; overflow-wrap: anywhere; }}
img {{ display: block; width: 100%; max-height: 40rem; object-fit: cover; object-position: top; }}
</style>
<h1>Pictures of every page</h1>{findings}{pages}
</html>
"""
