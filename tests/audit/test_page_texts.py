"""The archive's pages in each language: nothing is untranslated, and nothing unused."""

import re
from importlib.resources import files
from typing import Final, get_args

import pytest
from babel.messages.pofile import read_po

from contracts.outcome import Status
from kernel.http.languages import LANGUAGES
from services.audit.pages import log_pages

_SAID: Final = re.compile(r"""\b(?:_|fill)\(\s*(?:"([^"]+)"|'([^']+)')""")
_HEADS: Final = re.compile(r"heads\(\[([^\]]+)\]\)")
KINDS: Final = ("command", "event", "outcome", "dead letter")
OF_CODE: Final = frozenset(
    {
        *(log_pages.CHANGED, log_pages.UNPLACED, log_pages.UNSIGNED),
        *("The log", "Access", "This cannot be shown", "no CloudEvent"),
        *("how the log stands", "these messages", "who read", "record and proof", "causes", "who may what"),
        *(label for _, label, _, _ in log_pages.FIELDS),
        *(word for kind in KINDS for word in (kind, kind.capitalize())),
        *get_args(Status),
        *log_pages.FACTS,
    }
)
"""Texts that stand in the code and not in a template."""


def texts() -> set[str]:
    folder = files("services.audit.pages").joinpath("templates")
    pages = [file.read_text(encoding="utf-8") for file in folder.iterdir()]
    said = {double or single for page in pages for double, single in _SAID.findall(page)}
    heads = {name for page in pages for row in _HEADS.findall(page) for name in re.findall(r'"([^"]+)"', row)}
    return said | heads | OF_CODE


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {"en"}))
def test_every_text_is_said_in_every_language(language: str) -> None:
    with files("services.audit.pages").joinpath("words", f"{language}.po").open("rb") as catalogue:
        said = {str(one.id): str(one.string) for one in read_po(catalogue, locale=language) if one.id}
    assert said.keys() == texts()
    assert {text for text, translated in said.items() if not translated or translated == text} <= {"API"}
    places = re.compile(r"\{\w+\}")
    assert [t for t, other in said.items() if sorted(places.findall(t)) != sorted(places.findall(other))] == []
