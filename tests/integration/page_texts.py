"""Every text that a page can say by itself: what the templates and the sheets hold, and the words of the field."""

import re
from importlib.resources import files
from typing import get_args

from contracts import words as field_words
from contracts.registry import EVENTS
from services.reporting.lists.filters import Applications, Nominations, Tours, Units, Vacancies
from services.reporting.pages.catalogue import SHEETS
from services.reporting.pages.i18n import worded
from services.reporting.pages.problem_texts import TEMPLATES

_SAID = re.compile(r"""\b_\(\s*(?:"([^"]+)"|'([^']+)')\s*\)""")
LISTED = (Applications, Nominations, Tours, Units, Vacancies)
FIELD = (
    *("Category", "Rank", "PersonnelType", "MissionStatus", "ConsentKind", "DocumentKind", "Qualifier"),
    *("DepartureReason", "Payer"),
)


def of_templates() -> set[str]:
    """What the templates say."""
    folder = files("services.reporting.pages").joinpath("templates")
    texts = [one for file in folder.iterdir() for one in _SAID.findall(file.read_text(encoding="utf-8"))]
    return {double or single for double, single in texts}


def of_sheets() -> set[str]:
    """Titles, what an empty table means, and the heads of columns."""
    texts = {sheet.title for sheet in SHEETS.values()}
    for sheet in SHEETS.values():
        for section in sheet.sections:
            texts |= {section.title, section.nothing, *map(worded, section.columns)}
    return texts


def of_the_field() -> set[str]:
    """Categories, ranks, states, kinds of events."""
    codes = [code for name in FIELD for code in get_args(getattr(field_words, name))]
    states = [state for each in LISTED for state in get_args(get_args(each.model_fields["status"].annotation)[0])]
    return set(map(worded, [*codes, *states, *EVENTS]))


def texts() -> set[str]:
    """All of them."""
    return of_templates() | of_sheets() | of_the_field() | set(TEMPLATES)
