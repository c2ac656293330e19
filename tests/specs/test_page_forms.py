"""What a person may set on a page is a field of a form there, which keeps it."""

from services.reporting.pages.catalogue import SHEETS


def test_a_parameter_without_a_field_is_one_that_links_set() -> None:
    """The search has its field in the header of every page; what a number was counted by comes with its link."""
    without = {sheet.name: sheet.parameters for sheet in SHEETS.values() if sheet.parameters}
    assert without == {"search": ("q",), "events": ("tour", "line", "mandate", "mission", "category", "rank")}


def test_no_section_looks_back_by_a_period_that_its_page_can_set_elsewhere() -> None:
    """Only what is raised looks back a year whatever was asked: its title says so."""
    looking_back = {sheet.name for sheet in SHEETS.values() if any(section.days_back for section in sheet.sections)}
    assert looking_back == {"raised"}
