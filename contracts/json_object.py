"""JSON that is looked into without a model of it."""

from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""`Any`: an OpenAPI document, an answer over HTTP or a line of a file, whose form its writer sets. What is only written
is `dict[str, object]`."""
