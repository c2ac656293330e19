"""Every text that a page can say by itself: what the templates and the sheets hold, and the words of the field."""

import ast
import inspect
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import get_args

from contracts import words as field_words
from contracts.deployments import CorrectableField
from contracts.registry import EVENTS
from services.reporting.http.shapes import columns as columns_of
from services.reporting.lists.filters import Applications, Candidates, Mandates, Nominations, Tours, Units, Vacancies
from services.reporting.pages import compare, explain, forms, search, sentences, strength, tables, tile_answers, tiles
from services.reporting.pages.catalogue import SHEETS
from services.reporting.pages.evidence_words import BEFORE_FIRST, NEWEST, WORDS
from services.reporting.pages.facts import HIDDEN
from services.reporting.pages.i18n import worded
from services.reporting.reports.catalogue import REPORTS
from services.reporting.reports.comparison import NOT_ALL
from services.reporting.reports.parameters import EVERYWHERE
from services.reporting.spreadsheets import about, answer
from services.reporting.spreadsheets.titles import REPORT_TITLES

_SAID = re.compile(r"""\b_\(\s*(?:"([^"]+)"|'([^']+)')\s*\)""")
_COUNTED = re.compile(r"""\bcounted\(\s*"([^"]+)",\s*"([^"]+)\"""")
LISTED = (Applications, Candidates, Mandates, Nominations, Tours, Units, Vacancies)
FIELD = (
    *("Category", "Rank", "PersonnelType", "MissionStatus", "ConsentKind", "DocumentKind", "Qualifier"),
    *("DepartureReason", "Payer"),
)


def of_templates() -> set[str]:
    """What the templates say."""
    folder = files("services.reporting.pages").joinpath("templates")
    sources = [file.read_text(encoding="utf-8") for file in folder.iterdir()]
    counted = {text for source in sources for pair in _COUNTED.findall(source) for text in pair}
    return counted | {double or single for source in sources for double, single in _SAID.findall(source)}


def of_sheets() -> set[str]:
    """Titles, what an empty table means, and the heads of columns."""
    texts = {sheet.title for sheet in SHEETS.values()} | {strength.SUMMARY}
    for sections in (*(sheet.sections for sheet in SHEETS.values()), (strength.STEPS,)):
        for section in sections:
            texts |= {section.title, section.nothing, *map(worded, section.columns)}
    return texts


def of_things() -> set[str]:
    """Labels of the facts of each thing that has a page, and the kinds of what a search finds."""
    shapes = json.loads(files("services.reporting.http").joinpath("shapes.json").read_text(encoding="utf-8"))
    columns = {
        column
        for sheet in SHEETS.values()
        if sheet.thing
        for column, kind in shapes[f"lists/{sheet.thing}"].items()
        if kind != "json"
    }
    return {worded(column) for column in columns - HIDDEN} | set(search.KINDS)


def of_forms() -> set[str]:
    """Labels of the fields of forms, and what they offer."""
    return {one.label for sheet in SHEETS.values() for one in sheet.form} | {*forms.EVERY.values(), *forms.WITHIN}


def of_tiles() -> set[str]:
    """Questions of the front page, and every text of an answer in `tile_answers` and `tiles`."""
    literals = {tile.question for tile in tiles.TILES}
    for module in (tile_answers, tiles):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Answer":
                literals |= _literals(node.args)
            if isinstance(node, ast.Tuple) and len(node.elts) == 2:
                literals |= {text for text in _literals(node.elts) if " " in text}
    return literals


def _literals(nodes: Sequence[ast.expr]) -> set[str]:
    return {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def of_tables() -> set[str]:
    """What leads to the rows that a table leaves out."""
    rows = {tables.ALL_ROWS, tables.FIRST_ROWS, tables.NEXT_ROWS, tables.EARLIER_ROWS, tables.LAST_ROWS}
    return {*rows, tables.WHOLE_PAGE}


def of_evidence() -> set[str]:
    """What was compared, and what would have to be on record."""
    return {BEFORE_FIRST, NEWEST, *(text for one in WORDS.values() for text in (one.one, one.many, one.missing))}


def of_the_field() -> set[str]:
    """Categories, ranks, states, kinds of events."""
    codes = [code for name in FIELD for code in get_args(getattr(field_words, name))]
    states = [state for each in LISTED for state in get_args(get_args(each.model_fields["status"].annotation)[0])]
    return set(map(worded, [*codes, *states, *EVENTS]))


def of_files() -> set[str]:
    """Titles, heads and filters of files for a spreadsheet: every column of every report, and of the lists of pages."""
    listed = {section.listed for sheet in SHEETS.values() for section in sheet.sections if section.listed}
    shapes = [f"lists/{name}" for name in listed] + [f"reports/{name}" for name in (*REPORTS, "strength returns")]
    columns = {column for shape in shapes for column in columns_of(shape)}
    filters = {name for report in REPORTS.values() for name in report.parameters if name not in EVERYWHERE}
    said = set(re.findall(r"""\bsay\(\s*"([^"]+)"\s*\)""", inspect.getsource(about)))
    columns |= {"number", "question", "figure", "answer", "page"}  # of the front page's tiles
    return {*map(worded, columns | filters), answer.CUT, *REPORT_TITLES.values(), *said, *about.HEADS}


def of_explanations() -> set[str]:
    """What a number is, what its events say, and the fields that corrections name."""
    fields = set(map(worded, get_args(CorrectableField)))
    said = [text for texts_of in sentences.SENTENCES.values() for text in texts_of]
    fields |= {*compare.KINDS, NOT_ALL, "Compare"}
    return {explain.TITLE, "proof", *explain.WHERE.values(), *said, *fields}


def texts() -> set[str]:
    """All of them."""
    spoken = (of_files(), of_templates(), of_sheets(), of_forms(), of_things(), of_tiles(), of_tables(), of_evidence())
    return set[str]().union(*spoken, of_the_field(), of_explanations())
