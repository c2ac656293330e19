"""Where the token of a local system is kept: an owner-only file beside its data."""

from pathlib import Path
from typing import Final

FILE: Final = "token"


def path_of_token(directory: Path) -> Path:
    """The file with the token."""
    return directory / "services" / FILE


def read_token(directory: Path) -> str | None:
    """The token of the system in a directory; None if there is none."""
    try:
        return path_of_token(directory).read_text().strip() or None
    except (OSError, ValueError):
        return None
