"""The content of each page: its reports and lists, their parameters, and the columns that it shows."""

from collections.abc import Mapping
from typing import Final

from services.reporting.pages.catalogue.events import EVENTS
from services.reporting.pages.catalogue.indices import INDICES
from services.reporting.pages.catalogue.places import PLACES
from services.reporting.pages.catalogue.questions import QUESTIONS
from services.reporting.pages.catalogue.sheet import Field, Section, Sheet
from services.reporting.pages.catalogue.things import THINGS
from services.reporting.pages.catalogue.work import WORK

__all__ = ["SHEETS", "Field", "Section", "Sheet"]

SHEETS: Final[Mapping[str, Sheet]] = {
    sheet.name: sheet for sheet in (*QUESTIONS, *PLACES, *WORK, *EVENTS, *THINGS, *INDICES)
}
