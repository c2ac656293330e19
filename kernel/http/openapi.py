"""The OpenAPI document of a service, from which any client generator makes a client that works.

FastAPI writes it from the routes. This module corrects what FastAPI declares by default and does not hold here: every
route that takes a parameter answers a bad one with 400 and problem details.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from contracts.json_object import JsonObject
from kernel.http import permits
from kernel.http.permits import Permits
from kernel.http.problem_details import MEDIA_TYPE, ProblemDetails, documented

_REF: Final = "#/components/schemas/{model}"
_VERSION: Final = re.compile(r"^/v[0-9]+/")
_WORD: Final = re.compile(r"[A-Za-z0-9-]+")
_CONVERTER: Final = re.compile(r":[a-z]+}")
_PHANTOMS: Final = ("HTTPValidationError", "ValidationError")
_METHODS: Final = ("get", "post", "put", "delete", "patch")


def operation_id(route: APIRoute) -> str:
    """The name that generators give a function: the method and the address, `get_reports_strength`."""
    path = _VERSION.sub("/", route.path_format)
    return "_".join([min(route.methods or {"GET"}).lower(), *_WORD.findall(path)]).replace("-", "_")


def add_models(app: FastAPI, models: Iterable[type[BaseModel]], mode: JsonSchemaMode = "serialization") -> None:
    """Add models to the document of `app`, besides those that FastAPI finds in signatures.

    `mode` is `validation` for request bodies: in those, a field with a default may be left out.
    """
    app.state.models = [*getattr(app.state, "models", ()), *((model, mode) for model in models)]


def publish(app: FastAPI) -> None:
    """Make `app.openapi()` return the corrected document."""
    write: Callable[[], JsonObject] = app.openapi

    def openapi() -> JsonObject:
        if app.openapi_schema is None:
            document = write()
            _right(document, [(ProblemDetails, "serialization"), *getattr(app.state, "models", ())])
            _secure(document, permits.declared(app))
        return write()

    app.openapi = openapi  # type: ignore[method-assign]


def _right(document: JsonObject, models: Sequence[tuple[type[BaseModel], JsonSchemaMode]]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    _, generated = models_json_schema(list(dict.fromkeys(models)), ref_template=_REF)
    schemas |= generated.get("$defs", {})
    for name in _PHANTOMS:
        schemas.pop(name, None)
    for operation in _operations(document):
        responses = operation.setdefault("responses", {})
        if _is_phantom(responses.get("422", {})):
            del responses["422"]
        responses.setdefault("400", documented(400)[400])


def _secure(document: JsonObject, declared: Permits) -> None:
    """Name the token that a route needs, and the answers to who has none."""
    by_path = {_CONVERTER.sub("}", route): permit for route, permit in declared.items()}
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, methods in document.get("paths", {}).items():
        for method in filter(methods.__contains__, _METHODS):
            permit = by_path.get(f"{method.upper()} {path}")
            if permit is not None and permit.roles is not None:
                methods[method]["security"] = [{"token": []}]
                methods[method]["responses"] |= {str(status): one for status, one in documented(401, 403).items()}


def _operations(document: JsonObject) -> Iterator[JsonObject]:
    for path in document.get("paths", {}).values():
        yield from (path[method] for method in _METHODS if method in path)


def _is_phantom(response: JsonObject) -> bool:
    """Whether it is the response that FastAPI declares for bad parameters, and that no service here ever sends."""
    content = response.get("content", {})
    return MEDIA_TYPE not in content and "HTTPValidationError" in str(content)
