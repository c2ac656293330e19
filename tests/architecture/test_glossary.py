"""A reader who meets a term in a heading finds it in the glossary."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.architecture.sources import pages, text

GLOSSARY: Final = Path("docs/glossary.md")
ORDINARY: Final = Path(__file__).with_name("ordinary_words.txt")
"""Words of headings that mean here what they mean everywhere, names of programs among them."""


def headings() -> Iterator[tuple[Path, str]]:
    for page in pages():
        if page == Path("README.md") or (page.parts[0] == "docs" and "decisions" not in page.parts):
            prose = re.sub(r"^ *```.*?^ *```$", "", text(page), flags=re.DOTALL | re.MULTILINE)
            yield from ((page, one) for one in re.findall(r"^#+ (.+)$", prose, re.MULTILINE))


def words(prose: str) -> set[str]:
    return set(re.findall(r"[a-z]+", re.sub(r"`[^`]*`", "", prose).lower()))


def singular(word: str) -> set[str]:
    return {word, word.removesuffix("s"), re.sub(r"ies$", "y", word)}


def test_every_term_of_a_heading_is_in_the_glossary() -> None:
    """A new word of a heading is a term, for the glossary, or an ordinary word, for the list beside this file."""
    terms = words(" ".join(re.findall(r"^\| (.+?) \|", text(GLOSSARY), re.MULTILINE)))
    ordinary = words(ORDINARY.read_text(encoding="utf-8"))
    used = {word: page for page, heading in headings() for word in words(heading)}
    assert {w: str(page) for w, page in used.items() if not singular(w) & terms and w not in ordinary} == {}


def test_the_glossary_says_each_thing_once() -> None:
    terms = re.findall(r"^\| \*\*(.+?)\*\* \|", text(GLOSSARY), re.MULTILINE)
    assert sorted(set(terms)) == sorted(terms)
