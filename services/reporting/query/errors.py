"""What goes wrong for a caller of the query API (`kernel.http.problem_details`), as its document tells it."""

from typing import Any

from kernel.http.problem_details import MEDIA_TYPE, Problem, documented

__all__ = ["MEDIA_TYPE", "RESPONSES", "Problem", "documented"]

RESPONSES: dict[int | str, dict[str, Any]] = {**documented(400, 404, 405, 503)}
