"""The texts of the archive's pages in the reader's language. What a record holds, and times, stay as they are."""

from functools import cache
from urllib.parse import urlencode

from babel import numbers
from babel.support import NullTranslations
from fastapi import Request
from markupsafe import Markup, escape

from kernel.http.languages import LANGUAGES, language_of, named
from kernel.http.proxied import path_of, root_of
from kernel.http.translations import translations


class PageTexts:
    """What a template needs to speak one language, and to link to pages that do."""

    def __init__(self, request: Request) -> None:
        self.language = language_of(request)
        self._root, self._path, self._query = root_of(request), path_of(request), dict(request.query_params)
        self._chosen = {"lang": self.language} if named(request.query_params.get("lang", "")) else {}

    def say(self, text: str) -> str:
        """A text of a page; one that the language has not stays English."""
        said: str = catalogue(self.language).gettext(text)
        return said

    def fill(self, text: str, **values: object) -> Markup:
        """A text with its placeholders filled: markup stays as it is, and everything else is escaped."""
        return Markup(escape(self.say(text))).format(**values)  # noqa: S704  (escaped first)

    def count(self, number: int) -> str:
        """A whole number with the language's separators."""
        return numbers.format_decimal(number, locale=self.language)

    def to(self, path: str, **parameters: str) -> str:
        """The address of a page, with the language that the reader chose."""
        query = urlencode({**parameters, **self._chosen})
        return f"{self._root}{path}?{query}" if query else f"{self._root}{path}"

    def languages(self) -> list[tuple[str, str, str]]:
        """Tag, name, and the address of this page in each language."""
        query = {name: value for name, value in self._query.items() if value}
        return [(tag, name, f"{self._root}{self._path}?{urlencode({**query, 'lang': tag})}") for tag, name in _ALL]


_ALL = tuple(LANGUAGES.items())


@cache
def catalogue(language: str) -> NullTranslations:
    """The translations of the pages, loaded once."""
    return translations("services.audit.pages", language)
