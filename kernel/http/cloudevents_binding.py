"""`POST /v1/commands` in the OpenAPI document: each content mode of the CloudEvents HTTP binding, by media type.

A generated client has a model for the data of each command, one for the event around it, and one for the answer.
"""

from typing import Any, Final, Literal, TypedDict

from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from contracts.limits import ATTRIBUTE_BYTES_MAX
from contracts.outcome import CommandDecided
from contracts.registry import COMMANDS
from kernel.http import openapi, problem_details
from kernel.http.models import WITHOUT_SOURCE, CommandNotRead

_REF: Final = "#/components/schemas/{model}"
_NAME: Final[dict[str, object]] = {"type": "string", "minLength": 1, "maxLength": ATTRIBUTE_BYTES_MAX}


class CommandEvent(BaseModel):
    """A command as a CloudEvent in the JSON format."""

    model_config = ConfigDict(use_attribute_docstrings=True)
    specversion: Literal["1.0"]
    id: str = Field(min_length=1, max_length=ATTRIBUTE_BYTES_MAX)
    """Of the command. Sent again, it is answered again and decided once."""
    source: str = Field(min_length=1, max_length=ATTRIBUTE_BYTES_MAX, examples=["urn:example:mod"])
    """Who sends it; ids are unique within a source."""
    subject: str = Field(min_length=1, max_length=ATTRIBUTE_BYTES_MAX, examples=["mandate/kz-2013"])
    """The stream that the command is about."""
    time: AwareDatetime | None = None
    """When it happened; without it, when it was received."""
    dataschema: str | None = None
    """The version of the contract; the newest unless given."""
    datacontenttype: Literal["application/json"] | None = None
    correlationid: str | None = None
    causationid: str | None = None
    actor: str | None = None
    """Who decided it."""
    traceparent: str | None = None
    """W3C Trace Context."""


class RouteDocument(TypedDict):
    """The arguments of a route decorator that describe it in the OpenAPI document."""

    responses: dict[int | str, dict[str, object]]
    openapi_extra: dict[str, object]


def documented(app: FastAPI, service: str) -> RouteDocument:
    """The arguments of the route decorator; the models go to the OpenAPI document of `app`."""
    words = {name: word for name, word in COMMANDS.items() if word.service == service}
    events = [_event(name, word) for name, word in words.items()]
    openapi.add_models(app, [*words.values(), *events], "validation")
    openapi.add_models(app, [CommandDecided, CommandNotRead])
    data = _one_of([word.__name__ for word in words.values()])
    event = _one_of([one.__name__ for one in events])
    event |= {"discriminator": {"propertyName": "type", "mapping": dict(zip(words, map(_at, events), strict=True))}}
    content = {
        "application/cloudevents+json": {"schema": event},
        # Without a schema: generators that distinguish bodies by type cannot recognize an array (Python's isinstance
        # does not accept list[...]), and make a client that sends no command at all.
        "application/cloudevents-batch+json": {"example": [_EXAMPLE | {"type": name} for name in list(words)[:1]]},
        "application/json": {"schema": data},
    }
    body = {
        "required": True,
        "description": "One event; a batch, which is an array of events; or, with the attributes in `ce-` headers, the"
        " data of one.",
        "content": content,
    }
    return {"responses": _RESPONSES, "openapi_extra": {"requestBody": body, "parameters": _headers(list(words))}}


def _event(name: str, word: type[BaseModel]) -> type[BaseModel]:
    fields: dict[str, Any] = {"type": (Literal[name], ...), "data": (word, ...)}  # `Any`: no type says `Literal[name]`
    return create_model(
        f"{word.__name__}Event", __base__=CommandEvent, __doc__=word.__doc__, __cls_kwargs__=WITHOUT_SOURCE, **fields
    )


_EXAMPLE: Final = {
    **{"specversion": "1.0", "id": "1", "source": "urn:example:mod", "subject": "mandate/kz-2013", "data": {}},
}


def _at(model: type[BaseModel]) -> str:
    return _REF.format(model=model.__name__)


def _one_of(models: list[str]) -> dict[str, object]:
    return {"oneOf": [{"$ref": _REF.format(model=name)} for name in models]}


def _headers(types: list[str]) -> list[dict[str, object]]:
    """The headers of the binary mode; percent-encoded if they are not ASCII (HTTP binding, section 3.1.3.2)."""
    instant: dict[str, object] = {
        "type": "string",
        "examples": ["2014-07-01T09:30:00Z"],
    }  # RFC 3339; generators write no other headers
    known: dict[str, dict[str, object]] = {
        "specversion": {"type": "string", "enum": ["1.0"]},
        "id": _NAME,
        "source": _NAME,
        "type": {"type": "string", "enum": types},
        "subject": _NAME,
        "time": instant,
        "dataschema": _NAME,
        **{"correlationid": _NAME, "causationid": _NAME, "actor": _NAME},
    }
    description = "Attribute `{}`, where the body is the data alone."
    return [
        {"name": f"ce-{n}", "in": "header", "required": False, "description": description.format(n), "schema": schema}
        for n, schema in known.items()
    ]


def _answered(description: str) -> dict[str, object]:
    return {"description": description, "content": {"application/json": {"schema": {"$ref": _at(CommandDecided)}}}}


_EITHER: Final = {"oneOf": [{"$ref": _at(CommandDecided)}, {"$ref": _at(CommandNotRead)}]}
_RESPONSES: Final[dict[int | str, dict[str, object]]] = {
    200: {
        "description": "Accepted: the events are on record. Of a batch, the answer to each in its order.",
        "content": {
            "application/json": {"schema": {"oneOf": [_EITHER["oneOf"][0], {"type": "array", "items": _EITHER}]}}
        },
    },
    202: _answered("Pending: it waits for an event of another service."),
    400: {
        "description": "Invalid: it does not fit its contract, or is not a CloudEvent. Or the address is at fault.",
        "content": {"application/json": {"schema": _EITHER}, **problem_details.documented(400)[400]["content"]},
    },
    409: _answered("Conflict: this id was used before for another body."),
    422: _answered("Refused by a rule, which is named."),
    **problem_details.documented(
        405, 408, 413, 503, _503="Busy, or a server is away: send it again under the same id."
    ),
}
ANSWERED: Final[dict[int | str, dict[str, object]]] = {
    200: _answered("The answer, as it was given."),
    **problem_details.documented(
        400, 404, 405, 409, 503, _409="Several sources used this id: name one.", _404="No such command."
    ),
}
"""`responses` of the routes that repeat a stored answer."""
