"""Values by name whose types are known at their source, and not in the query API."""

from collections.abc import Mapping
from typing import Any, TypeAlias

NamedValues: TypeAlias = Mapping[str, Any]
"""Values by the names of columns or parameters. `Any`: Postgres types the columns, and pydantic the parameters; which
ones exist differs from report to report."""
Responses: TypeAlias = dict[int | str, dict[str, object]]
"""`responses` of a route, as FastAPI takes them: fragments of OpenAPI by status."""
