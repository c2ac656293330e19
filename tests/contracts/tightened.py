"""What version 1 of the words refuses since, though an earlier draft of the same version took it; nothing else may.

There is no release yet, so no producer has been promised these values; each of them stopped a service or was read as
something else by one reader. Whoever tightens a schema once more adds a line here, with the reason, and only before
the first release: from then on it takes a new version of the word. The new forms are written out and not imported,
so that a later change of them is reported.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

Schema = dict[str, Any]

ONE_LINE: Schema = {"not": {"pattern": "\\n"}}
_CALENDAR = "(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_HEX = "[0-9a-fA-F]"


class Tightening(NamedTuple):
    """One kind of value that is refused now: why, where it was allowed, and what stands there instead."""

    reason: str
    was: Callable[[str, Schema], bool]
    """Whether this is such a place: the name of the field, and its schema as it was published."""
    added: Schema


TIGHTENINGS = (
    Tightening(
        "A day before 1900 or after 2199 is an unset date or a mark for `never`; the driver makes ±infinity of the"
        " outermost, which no reader of an event understands. A text of digits was read as seconds since 1970.",
        lambda _, old: _is(old, "string", format="date") and "pattern" not in old,
        {"pattern": f"^{_CALENDAR}$", **ONE_LINE},
    ),
    Tightening(
        "The same for instants; and a time without its offset means another instant to each reader.",
        lambda _, old: _is(old, "string", format="date-time") and "pattern" not in old,
        {"pattern": f"^{_CALENDAR}[Tt]{_CLOCK}$", **ONE_LINE},
    ),
    Tightening(
        "The code took forms of a UUID that `format: uuid` does not have: in braces, as a URN, without hyphens.",
        lambda _, old: _is(old, "string", format="uuid") and "pattern" not in old,
        {"pattern": f"^{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}$", **ONE_LINE},
    ),
    Tightening(
        "The code never took a line break behind an identifier; a reader whose `$` matches before one thought it did.",
        lambda _, old: _is(old, "string") and str(old.get("pattern", "")).endswith("$") and "not" not in old,
        ONE_LINE,
    ),
    Tightening(
        "An identifier of somebody else's is one line that can be shown and sought: no control characters.",
        lambda _, old: _is(old, "string", minLength=1, maxLength=200) and "not" not in old,
        {"not": {"pattern": "[\\x00-\\x1f\\x7f-\\x9f]"}},
    ),
    Tightening(
        "The code never took U+0000 in a text, since PostgreSQL cannot keep it; the schema did not say so.",
        lambda _, old: _is(old, "string", maxLength=4000) and "not" not in old,
        {"not": {"pattern": "\\x00"}},
    ),
    Tightening(
        "A State's name of more than 200 characters fitted no index of the views, and stopped them.",
        lambda name, old: name == "contributor_as_published" and old.get("maxLength") == 4000,
        {"maxLength": 200, "not": {"pattern": "\\x00"}},
    ),
    Tightening(
        "A number of more than 2,147,483,647 was recorded, and then fitted no column of the views.",
        lambda _, old: _is(old, "integer", minimum=0) and "maximum" not in old,
        {"maximum": 2**31 - 1},
    ),
    Tightening(
        "Versions and positions of the system's own: what its columns count up to.",
        lambda name, old: name == "version" and _is(old, "integer") and "minimum" not in old,
        {"minimum": 0, "maximum": 2**31 - 1},
    ),
    Tightening(
        "The same for positions.",
        lambda name, old: name == "position" and _is(old, "integer") and "minimum" not in old,
        {"minimum": 0, "maximum": 2**63 - 1},
    ),
    Tightening(
        "The number that corrects a headcount: bounded as every other, so that the refusal names the field.",
        lambda name, old: name in ("value", "old_value") and _is(old, "integer") and "minimum" not in old,
        {"minimum": 0, "maximum": 2**31 - 1},
    ),
)


def _is(old: Schema, kind: str, **words: object) -> bool:
    return old.get("type") == kind and all(old.get(word) == value for word, value in words.items())


def tightened(old: Any, name: str = "") -> Any:
    """A schema as it was published, with every tightening that is listed here; it changes nothing else."""
    if isinstance(old, list):
        return [tightened(one, name) for one in old]
    if not isinstance(old, dict):
        return old
    new = {key: tightened(value, name if key in ("anyOf", "items") else key) for key, value in old.items()}
    for tightening in TIGHTENINGS:
        if tightening.was(name, old):
            new |= tightening.added
    return new
