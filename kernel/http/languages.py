"""Selects a reader's language: the one that the address names, else the best of those that the browser accepts.

The header is parsed by RFC 9110 section 12.5.4 and matched by RFC 4647 section 3.4 (Lookup): letter case is ignored, a
range such as `kk-Cyrl-KZ` stands for its language, and weights take precedence over order. A language with an
unreadable weight ranks behind every other accepted one: a reader who names a language never gets another one because
of a typing error.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from fastapi import Request

from kernel.http.problem_details import Problem
from kernel.http.problem_types import BAD_PARAMETER
from kernel.http.values import shown

LANGUAGES: Final = {"en": "English", "ru": "Русский", "kk": "Қазақша"}
"""By the tag that a page carries as `lang`; the first one is the default."""
ANY: Final = "*"
_RANGE: Final = re.compile(r"(\*|[A-Za-z]{1,8})([-_][A-Za-z0-9*-]*)?", re.ASCII)
_WEIGHT: Final = re.compile(r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}", re.ASCII)
_UNREADABLE: Final = 1e-9


def named(tag: str) -> str | None:
    """The language that a tag names, in any case and with any region: `RU`, `ru-RU`; None if there is none."""
    matched = _RANGE.fullmatch(tag.strip())
    language = matched[1].lower() if matched else ""
    return language if language in LANGUAGES else None


def chosen_language(request: Request) -> str | None:
    """The language that the address names, if it names one; raises `Problem` for one that there is not."""
    wanted = request.query_params.get("lang", "")
    language = named(wanted) if wanted else None
    if wanted and language is None:
        remedy = f"There are {', '.join(LANGUAGES)}."
        raise Problem(BAD_PARAMETER, f"There is no language {shown(wanted)}.", field="lang", remedy=remedy)
    return language


def language_of(request: Request, wanted: str = "") -> str:
    """The language that was chosen, in a form or in the address, or else the one that the browser prefers.

    Several headers count as one list (RFC 9110, section 5.3).
    """
    chosen = named(wanted) or named(request.query_params.get("lang", ""))
    return chosen or negotiated(",".join(request.headers.getlist("accept-language")))


def negotiated(accepted: str) -> str:
    """The best language for an `Accept-Language` header; the first of `LANGUAGES` if the header prefers none."""
    ranges = list(_ranges(accepted))
    return max(LANGUAGES, key=lambda language: _preference(language, ranges))


def _preference(language: str, ranges: Iterable[tuple[str, bool, float]]) -> tuple[float, int]:
    """The rank of a language by weight and order: larger is better. An unnamed language beats a refused one."""
    own = [(weight, -at) for at, (name, _, weight) in enumerate(ranges) if name == language]
    exact = [weight for name, whole, weight in ranges if name == language and whole]
    if exact and max(exact) == 0:
        return (-1.0, 0)
    rest = [(weight, -at) for at, (name, _, weight) in enumerate(ranges) if name == ANY]
    weight, at = max([one for one in own if one[0] > 0] or rest, default=(0.0, 0))
    return (weight, at) if weight > 0 else (-1.0 if rest else 0.0, 0)


def _ranges(accepted: str) -> Iterator[tuple[str, bool, float]]:
    """Each range: its language or `*`, whether it is exactly that, and its weight. Invalid ranges are ignored."""
    for one in accepted.split(","):
        tag, _, parameters = one.partition(";")
        matched = _RANGE.fullmatch(tag.strip(" \t"))
        if matched and (matched[1] != ANY or not matched[2]):
            yield matched[1].lower(), not matched[2], _weight(parameters)


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, equals, value = parameter.partition("=")
        if name.strip().lower() == "q":
            number = value.strip(" \t")
            return min(float(number), 1.0) if equals and _WEIGHT.fullmatch(number) else _UNREADABLE
    return 1.0
