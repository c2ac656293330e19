"""What goes wrong for a caller of the query API (`kernel.problems`), as its document tells it."""

from typing import Any

from kernel.problems import MEDIA_TYPE, Problem, documented

__all__ = ["MEDIA_TYPE", "RESPONSES", "Problem", "documented"]

RESPONSES: dict[int | str, dict[str, Any]] = {**documented(400, 404, 405, 503)}
