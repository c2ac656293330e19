"""JSON that is read without a model."""

from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""`Any`: an OpenAPI document, an HTTP answer or a line of a file, in the form that its writer chose. JSON that is only
written is `dict[str, object]`."""
