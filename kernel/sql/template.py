"""SQL templates with named parameters and optional filters, and their translation to statements for the driver.

In a `.sql` file, a parameter is written `:name::type`, and an optional filter `{name? condition}`, where the condition
contains the parameter of that name. `{include name}` stands for the template in `name.sql` beside it, so that a long
statement can be made of named parts. A template is read and checked once. It has two forms:

- `nullable()`: every filter as `(:name::type IS NULL OR (condition))`, one statement for any set of parameters;
- `narrowed(given)`: the given filters as their conditions and the others as `true`, so that Postgres can plan the
  statement once and use an index for what is given.

Templates are composed (`compose`) before parameters get their numbers, so no statement is ever renumbered. Only text of
our files becomes SQL: a caller's values are sent as parameters.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, TypeAlias

FILTERED_MAX: Final = 1_000
"""Size of the statement cache, which holds one statement per template and combination of filters."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that is sent beside the statement, and its type in Postgres."""

    name: str
    type: str


Code: TypeAlias = str | Parameter


@dataclass(frozen=True, slots=True)
class OptionalFilter:
    """A condition that applies if its parameter is given; without it, every row passes."""

    parameter: Parameter
    condition: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with numbered parameters, and their names in the order of the numbers."""

    sql: str
    parameters: tuple[str, ...]

    def values(self, given: Mapping[str, object]) -> list[object]:
        """The arguments in order; a name that is not given is NULL."""
        return [given.get(name) for name in self.parameters]


@dataclass(frozen=True, slots=True)
class Template:
    """A statement, or a part of one, before its parameters have numbers."""

    parts: tuple[Code | OptionalFilter, ...]

    @property
    def types(self) -> dict[str, str]:
        """The parameters and their types, in the order of their first occurrence."""
        return {parameter.name: parameter.type for parameter in _parameters(self.parts)}

    def nullable(self) -> "Template":
        """With every filter; a filter whose parameter is NULL passes every row."""
        return Template(tuple(code for part in self.parts for code in _nullable(part)))

    def narrowed(self, given: Collection[str]) -> "Template":
        """With the filters whose parameters are in `given`, and `true` in place of the others."""
        return Template(tuple(code for part in self.parts for code in _narrowed(part, given)))

    def prefixed(self, prefix: str) -> "Template":
        """The same with a prefix on each parameter's name, so that it can be composed with others."""
        return Template(tuple(_prefixed(code, prefix) for code in self._code()))

    def statement(self) -> Statement:
        """The statement, with a number for each name. First resolve the filters with `nullable` or `narrowed`."""
        numbers: dict[str, int] = {}
        sql = "".join(
            code if isinstance(code, str) else f"${numbers.setdefault(code.name, len(numbers) + 1)}::{code.type}"
            for code in self._code()
        )
        return Statement(sql, tuple(numbers))

    def _code(self) -> Iterator[Code]:
        for part in self.parts:
            if isinstance(part, OptionalFilter):
                raise TypeError(f"the filter {part.parameter.name} is neither given nor left out yet")
            yield part


def compose(*pieces: str | Template) -> Template:
    """One template made of several; a text among them is parsed like that of a file."""
    return Template(tuple(part for each in pieces for part in (parse(each) if isinstance(each, str) else each).parts))


@cache
def template(package: str, name: str) -> Template:
    """The template in `<name>.sql` of a package, read and checked once. Raises `ValueError` as `parse` does."""
    try:
        text = files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
        return _stripped(parse(text, lambda included: template(package, included)))
    except ValueError as error:
        raise ValueError(f"{package}/{name}.sql: {error}") from error


def given_filters(parameters: Collection[str], given: Mapping[str, object]) -> frozenset[str]:
    """The parameters that have a value."""
    return frozenset(name for name in parameters if given.get(name) is not None)


def filtered(package: str, name: str, given: Mapping[str, object]) -> Statement:
    """The statement in `<name>.sql` of a package with only those filters that have a value."""
    return _filtered(package, name, given_filters(template(package, name).types, given))


@lru_cache(maxsize=FILTERED_MAX)
def _filtered(package: str, name: str, given: frozenset[str]) -> Statement:
    return template(package, name).narrowed(given).statement()


_TOKEN: Final = re.compile(
    r"""(?P<kept>'(?:[^']|'')*'|"[^"]*"|::)     # a text, a quoted name, a cast: nothing in them is ours
      | (?P<comment>--[^\n]*)
      | \{include\s+(?P<include>[a-z_]\w*)\}
      | \{(?P<open>[a-z_]\w*)\?\s*
      | (?P<close>\s*\})
      | :(?P<name>[a-z_]\w*)(?:::(?P<type>[a-z]\w*(?:\[\])?))?
      | (?P<brace>\{)
    """,
    re.VERBOSE,
)


def _nothing(name: str) -> Template:
    raise ValueError(f"there is nothing beside this text to include as {name}")


def parse(text: str, include: Callable[[str], Template] = _nothing) -> Template:
    """Parse a template; comments are left out. `include` returns the templates that it names.

    Raises:
        ValueError: a parameter has no type, or two; a brace opens or closes no filter; a filter is nested in another,
            or does not contain its own parameter.
    """
    parts: list[Code | OptionalFilter] = []
    outside: list[Code | OptionalFilter] | None = None  # the parts before the filter that is open
    opened, end = "", 0
    for token in _TOKEN.finditer(text):
        parts.append(text[end : token.start()] + (token["kept"] or ""))
        end = token.end()
        if token["name"]:
            parts.append(_typed(token["name"], token["type"]))
        elif token["include"]:
            parts.extend(include(token["include"]).parts)
        elif token["open"]:
            if outside is not None:
                raise ValueError(f"the filter {token['open']} stands in the filter {opened}")
            outside, parts, opened = parts, [], token["open"]
        elif token["close"]:
            if outside is None:
                raise ValueError("a brace closes no filter")
            parts, outside = [*outside, _filter(opened, parts)], None
        elif token["brace"]:
            raise ValueError("a filter is written {name? condition}")
    if outside is not None:
        raise ValueError(f"the filter {opened} is not closed")
    parts.append(text[end:])
    return _checked(Template(_joined(parts)))


def _typed(name: str, kind: str | None) -> Parameter:
    if kind is None:
        raise ValueError(f"the parameter {name} has no type: write :{name}::text")
    return Parameter(name, kind)


def _filter(name: str, parts: list[Code | OptionalFilter]) -> OptionalFilter:
    condition = tuple(part for part in _joined(parts) if not isinstance(part, OptionalFilter))
    if len(condition) < len(_joined(parts)):
        raise ValueError(f"a filter stands in the filter {name}")
    own = next((code for code in condition if isinstance(code, Parameter) and code.name == name), None)
    if own is None:
        raise ValueError(f"the filter {name} does not hold its parameter")
    return OptionalFilter(own, condition)


def _checked(whole: Template) -> Template:
    types = whole.types
    for parameter in _parameters(whole.parts):
        if types[parameter.name] != parameter.type:
            raise ValueError(f"the parameter {parameter.name} has two types")
    return whole


def _stripped(whole: Template) -> Template:
    """Without the white space that comments leave before and after the statement."""
    parts = list(whole.parts)
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return Template(_joined(parts))


def _joined(parts: list[Code | OptionalFilter]) -> tuple[Code | OptionalFilter, ...]:
    """Adjacent texts joined into one, and empty ones left out."""
    joined: list[Code | OptionalFilter] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return tuple(joined)


def _parameters(parts: tuple[Code | OptionalFilter, ...]) -> Iterator[Parameter]:
    for part in parts:
        if isinstance(part, OptionalFilter):
            yield part.parameter
            yield from _parameters(part.condition)
        elif isinstance(part, Parameter):
            yield part


def _nullable(part: Code | OptionalFilter) -> tuple[Code, ...]:
    if not isinstance(part, OptionalFilter):
        return (part,)
    return ("(", part.parameter, " IS NULL OR ", *part.condition, ")")


def _narrowed(part: Code | OptionalFilter, given: Collection[str]) -> tuple[Code, ...]:
    if not isinstance(part, OptionalFilter):
        return (part,)
    return ("(", *part.condition, ")") if part.parameter.name in given else ("true",)


def _prefixed(code: Code, prefix: str) -> Code:
    return code if isinstance(code, str) else replace(code, name=prefix + code.name)
