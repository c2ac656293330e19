"""The guards of answers: whom a number is about, for whom an answer is kept, and what a file does where it is opened.

Each is taken out of a copy of the source, and a test must fail without it. That each guard stands in the source exactly
once is held by `tests/hostile/test_guards.py`.
"""

import sys
from typing import Final

from tests.hostile.guards import Edit, Guard, main
from tests.hostile.one_edit import never, without

QUERIES: Final = "services/reporting/queries"
CHANGES: Final = f"{QUERIES}/events_behind_changes.sql"
KEPT: Final = "services/reporting/query/kept.py"
SHEETS: Final = "services/reporting/spreadsheets"
WORKBOOK: Final = f"{SHEETS}/workbook.py"
EXPLAINED: Final = "tests/integration/test_explained_numbers.py::test_"
CREDITED: Final = f"{EXPLAINED}a_change_counts_only_for_those_whom_the_number_is_about"
KEPT_ANSWERS: Final = "tests/specs/test_kept_answers.py::test_"
KEPT_PAGES: Final = "tests/integration/test_kept_pages.py::test_"
SPREADSHEETS: Final = "tests/specs/test_spreadsheets.py::test_"
CELLS: Final = "tests/properties/test_csv_cells.py::test_"


def _credited(name: str, text: str) -> Guard:
    """Whose change counts, by one filter of the number."""
    return without(f"credited by {name}", CREDITED, CHANGES, f"                 AND {text}\n", "")


REPORT_GUARDS: Final = (
    without(
        "a state of the views",
        f"{KEPT_ANSWERS}the_same_question_is_answered_once_until_something_changes",
        KEPT,
        "kept is not None and kept.state == before",
        "kept is not None",
    ),
    without(
        "changed while it was made",
        f"{KEPT_ANSWERS}what_changed_while_an_answer_was_made_is_not_kept",
        KEPT,
        "if await state() == before:",
        "before = await state()\n            if True:",
    ),
    without(
        "kept for one scope",
        f"{KEPT_PAGES}who_sees_one_state_is_shown_nothing_that_was_kept_for_others",
        "services/reporting/query/session.py",
        "((self.scope, question), self._state",
        "((None, question), self._state",
    ),
    without(
        "a rebuild is a change",
        f"{KEPT_PAGES}after_a_rebuild_a_page_is_made_anew",
        "services/reporting/query/session.py",
        'state["last"], state["made"], state["started"]',
        'state["last"], 0, state["started"]',
    ),
    _credited("mission", "{mission? version.mission = :mission::text}"),
    _credited("category", "{category? version.category = :category::text}"),
    _credited("rank", "{rank? coalesce(version.rank, 'none') = :rank::text}"),
    _credited("line", "{line? version.line = :line::text}"),
    _credited("mandate", "{mandate? split_part(version.line, '/', 1) = :mandate::text}"),
    without(
        "nobody arrives after leaving",
        f"{EXPLAINED}who_arrived_after_leaving_was_never_there",
        f"{QUERIES}/explained_turns.sql",
        "      AND coalesce(stay.valid_from < stay.valid_to, true)\n",
        "",
    ),
    Guard(
        "formulas in a workbook",
        "a text is written as a text, and the library makes no formula of it (each does by itself)",
        (
            Edit(WORKBOOK, "page.write_string(*at, text,", "page.write(*at, text,"),
            Edit(WORKBOOK, '"strings_to_formulas": False', '"strings_to_formulas": True'),
        ),
        f"{SPREADSHEETS}a_text_stays_the_text_that_it_is",
    ),
    without(
        "formulas that are edited",
        f"{SPREADSHEETS}a_text_stays_the_text_that_it_is",
        WORKBOOK,
        "formats.text if guarded(text) == text else formats.quoted",
        "formats.text",
    ),
    without(
        "markup in a workbook",
        f"{SPREADSHEETS}a_text_stays_the_text_that_it_is",
        WORKBOOK,
        "self._xml_inline_string(string, True, attributes)",
        "super()._xml_rich_inline_string(string)",
    ),
    without(
        "formulas in CSV",
        f"{SPREADSHEETS}csv_of_any_form_keeps_the_guard_of_formulas",
        f"{SHEETS}/csv_form.py",
        "return csv_cell(value)",
        "return value",
    ),
    without(
        "formulas behind a separator",
        f"{CELLS}no_reader_finds_a_formula_whichever_separator_it_uses",
        "services/reporting/reports/csv_cells.py",
        '_GUARDED: Final = re.compile(rf"(?:^|(?<=[;|{_BREAKS}]))',
        '_GUARDED: Final = re.compile(rf"(?:^)',
    ),
    never(
        "no workbook to a terminal",
        "tests/cli/test_compare.py::test_what_is_no_text_is_not_sent_to_a_terminal",
        "cli/commands/report.py",
        "form in BINARY and is_terminal()",
    ),
    never(
        "keys of their owner alone",
        "tests/kernel/test_private_files.py::test_what_others_may_open_is_refused_with_the_way_out",
        "kernel/identity/private_files.py",
        "os.fstat(opened.fileno()).st_mode & OTHERS",
    ),
)

if __name__ == "__main__":
    sys.exit(main(REPORT_GUARDS))
