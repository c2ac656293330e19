"""What the pages of the kernel say, in each language that pages have: nothing is untranslated, and nothing unused."""

import re
from importlib.resources import files

import pytest
from babel.messages.pofile import read_po

from kernel.http.languages import LANGUAGES
from kernel.http.problem_texts import LISTS, TEMPLATES
from kernel.http.problem_texts import said as in_language
from kernel.http.sign_in_pages import TEXTS
from services.reporting.lists.run import KIND_OF

SAID = re.compile(r"""\b_\(\s*(?:"([^"]+)"|'([^']+)')\s*\)""")


def texts() -> set[str]:
    folder = files("kernel.http").joinpath("templates")
    said = [one for file in folder.iterdir() for one in SAID.findall(file.read_text(encoding="utf-8"))]
    return {double or single for double, single in said} | set(TEXTS) | set(TEMPLATES) | set(LISTS)


@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {"en"}))
def test_every_text_is_said_in_every_language(language: str) -> None:
    with files("kernel.http").joinpath("words", f"{language}.po").open("rb") as catalogue:
        said = {str(one.id): str(one.string) for one in read_po(catalogue, locale=language) if one.id}
    assert said.keys() == texts()
    assert [text for text, translated in said.items() if not translated or translated == text] == []


@pytest.mark.parametrize("package", ["kernel.http", "services.reporting.pages", "services.audit.pages"])
@pytest.mark.parametrize("language", sorted(LANGUAGES.keys() - {"en"}))
def test_no_text_is_translated_twice(package: str, language: str) -> None:
    """Of two translations the second is never shown."""
    catalogue = files(package).joinpath("words", f"{language}.po").read_text(encoding="utf-8")
    texts_in_order = re.findall(r'^msgid "(.+)"$', catalogue, re.MULTILINE)
    assert sorted({text for text in texts_in_order if texts_in_order.count(text) > 1}) == []


def test_a_list_is_named_in_the_readers_language() -> None:
    assert set(LISTS) == set(KIND_OF)
    assert in_language("There is no X among the missions on 2022-06-30.", "ru") == (
        "X нет в списке миссий на 2022-06-30.",
        "ru",
    )
