"""A page's own form as a reader sees it: each field with what it stands at, and the names to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.limits import FIRST_DAY, LAST_DAY
from services.reporting.pages.catalogue import Field, Sheet
from services.reporting.pages.form_values import NAMING, FormValues
from services.reporting.pages.i18n import Words
from services.reporting.pages.missions import named_mission

FIRST: Final = FIRST_DAY.isoformat()
LAST: Final = LAST_DAY.isoformat()
EVERY: Final = {"mission": "Every mission", "mandate": "Every mandate"}
"""By kind of thing, what a form says where it names none."""
WITHIN: Final = ("{number} day", "{number} days")


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as the template needs it."""

    name: str
    label: str
    value: str
    options: Sequence[tuple[str, str]]
    """Values to choose from, with their texts; none where a day is typed or picked."""
    first: str = FIRST
    last: str = LAST


def fields(sheet: Sheet, given: FormValues, words: Words) -> list[FormField]:
    """The fields of a page's form."""
    return [_field(one, given, words) for one in sheet.form]


def _field(one: Field, given: FormValues, words: Words) -> FormField:
    value = given.values.get(one.name, "")
    text = value.isoformat() if isinstance(value, date) else str(value)
    return FormField(one.name, words.say(one.label), text, _options(one, text, given, words))


def _label(one: Field, name: str, on_record: str, words: Words) -> str:
    """What a name stands for: of a mission in the reader's language, where it is known."""
    named = named_mission(name, words) if one.kind == "mission" else None
    return named.name if named else on_record


def _options(one: Field, value: str, given: FormValues, words: Words) -> list[tuple[str, str]]:
    if one.kind in NAMING:
        labels = [(name, _label(one, name, label, words)) for name, label in given.choices.get(one.kind, ())]
        named = [(name, f"{name} · {label}" if label else name) for name, label in labels]
        others = [] if not value or value in dict(named) else [(value, value)]  # what was chosen stays
        none = [] if one.default and value else [("", words.say(EVERY[one.kind]))]
        return [*none, *others, *named]
    if one.kind == "days":
        numbers = sorted({*one.choices, int(value)})
        return [(str(n), words.plural(*WITHIN, n).format(number=words.number(n))) for n in numbers]
    return []
