"""Guards that one edit takes out: a piece of code that is left out, or a refusal that is never made."""

from tests.hostile.guards import Edit, Guard


def without(name: str, search: str, file: str, text: str, instead: str) -> Guard:
    """The guard that this text of a file makes."""
    return Guard(name, "", (Edit(file, text, instead),), search)


def never(name: str, search: str, file: str, condition: str) -> Guard:
    """The refusal under this condition."""
    return without(name, search, file, f"if {condition}:", "if False:")
