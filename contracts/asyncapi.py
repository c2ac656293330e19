"""The AsyncAPI 3.0 description of the system, generated from the registry: topics, messages, keys, headers, directions.

It takes the view of this application: it receives commands and sends events, outcomes and dead letters. The document
is self-contained: every schema is in its components.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

import orjson
from pydantic.json_schema import models_json_schema

from contracts import admitted, dead_letters
from contracts.cloudevents import to_kafka
from contracts.command_topics import own
from contracts.examples import EXAMPLES, enveloped
from contracts.limits import ATTRIBUTE_BYTES_MAX
from contracts.outcome import CommandDecided
from contracts.registry import COMMANDS, EVENTS, SERVICES, commands_of, events_of, type_name
from contracts.verifiability import MATERIAL_BYTES_MAX
from contracts.words import Command, Event, Message

Json: TypeAlias = Mapping[str, object]

_WORDS: Final[tuple[type[Message], ...]] = (*COMMANDS.values(), *EVENTS.values(), CommandDecided)
_KEY: Final = {"type": "string", "description": "The stream: everything of one stream is in one partition, in order."}
_TIME: Final = {"type": "string", "format": "date-time"}
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": ATTRIBUTE_BYTES_MAX}
"""The limit is in UTF-8 bytes, which JSON Schema cannot express; so `maxLength` bounds the characters by it."""
_DIGITS: Final = {"type": "string", "pattern": "^[0-9]{1,19}$"}
_HEADER: Final[Mapping[str, Json]] = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "ce_id": _NAME | {"description": "With ce_source the message's identity; a repeat is known by it."},
    "ce_source": _NAME | {"description": "Who sends it."},
    "ce_type": _NAME | {"description": "The message type: `forcegen.<service>.<Name>`."},
    "ce_subject": _NAME | {"description": "The stream."},
    "ce_time": _TIME | {"description": "When it happened. A command without it happened when it was received."},
    "ce_dataschema": _NAME | {"description": "`urn:forcegen:<service>.<Name>:<version>`; none means version 1."},
    "content-type": {"type": "string", "description": "`application/json`: the media type of the value."},
    "ce_recordedtime": _TIME | {"description": "When the service put it on record; of a command it is not believed."},
    "ce_correlationid": _NAME | {"description": "What all messages of one undertaking share."},
    "ce_causationid": _NAME | {"description": "The id of the message that led to this one."},
    "ce_actor": _NAME | {"description": "On whose behalf: an office, or an official's id; never a person's name."},
    "ce_traceparent": _NAME | {"description": "W3C Trace Context."},
    "ce_partitionkey": _NAME | {"description": "The subject, where a record has no key."},
    "ce_streamversion": _DIGITS | {"description": "The event's place in its stream, from 1."},
    "ce_authtype": _NAME | {"description": "The kind of principal that acted, as the service verified (Auth Context)."},
    "ce_authid": _NAME
    | {"description": "The principal that acted, unique for its kind. Of a command it is not believed."},
    "ce_authkey": _NAME | {"description": "The id of the key that signed the command."},
    "ce_authproof": _NAME | {"description": "The SHA-256 of the payload that this signature covers, in hexadecimal."},
    "ce_authregister": _NAME | {"description": "Version and SHA-256 of the register of producers that held then."},
    "ce_authonbehalfof": _NAME | {"description": "Whose command led to this one, where a policy sent it."},
    "ce_causeplace": _NAME
    | {"description": "The record that led to this message: `topic/partition/offset`, or `topic#position`."},
    "ce_democlock": _TIME
    | {
        "description": "Put on record by the clock of a demo: in a command the instant to record it at, refused unless"
        " the service is a local demo's (FORCEGEN_DEMO_CLOCK); in an event or outcome the mark that it was."
    },
    "ce_position": _DIGITS | {"description": "Its place in the service's log, without gaps and in commit order."},
}
_SIGNATURE: Final[Mapping[str, Json]] = {
    "ce_dssematerial": {
        "type": "string",
        "contentEncoding": "base64",
        "maxLength": MATERIAL_BYTES_MAX,
        "description": "The sender's signature over attributes and data: a DSSE envelope, by CloudEvents' extension"
        " Verifiability (docs/how-to/sign-events.md).",
    },
}
_INTERNAL: Final = {
    "name": "internal",
    "description": "Only policies of this system send it; from others it is refused.",
}
_OWN: Final[Json] = {
    "description": "The commands of one registered producer that does not sign: nobody else may write there.",
    "parameters": {
        "producer": {"description": "Its name in the register of producers: lower-case letters, digits and hyphens."}
    },
}
_COMMAND_REQUIRED: Final = ("ce_specversion", "ce_id", "ce_source", "ce_type")
_OUTCOME_REQUIRED: Final = (
    *_COMMAND_REQUIRED,
    "ce_subject",
    "ce_time",
    "ce_dataschema",
    "content-type",
    "ce_recordedtime",
    "ce_position",
)
_EVENT_REQUIRED: Final = (*_OUTCOME_REQUIRED, "ce_correlationid", "ce_causationid", "ce_streamversion")
OF_A_PRODUCER: Final = "commands-of-a-producer"
"""The kind of the topics that belong to one producer each."""
_OPERATIONS: Final = (
    ("commands", "receive", "Decide each command once, in the order of its stream, and answer it."),
    (OF_A_PRODUCER, "receive", "The same, on a producer's own topic: it alone may write there, and signs nothing."),
    ("events", "send", "Publish each recorded event once, in the order of its stream."),
    ("outcomes", "send", "Publish the answer to each command: accepted, refused, pending, invalid or conflict."),
    ("admitted", "send", "Publish each decided command that came over HTTP, as it came."),
    ("dead-letters", "send", "Publish each record that cannot be read, with the reason and its origin."),
)


def document() -> Json:
    """The whole AsyncAPI document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Forcegen",
            "version": "1.0.0",
            "description": "The books of a State's contribution to UN peacekeeping. Messages are CloudEvents 1.0 in"
            " Kafka's binary content mode (attributes as `ce_` headers, the value is the data alone);"
            " commands are read in the structured mode too.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            f"{service}.{kind}": _channel(service, kind) for service in SERVICES for kind, _, _ in _OPERATIONS
        },
        "operations": dict(_operation(service, *operation) for service in SERVICES for operation in _OPERATIONS),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def message_names(service: str, kind: str) -> Sequence[str]:
    """The messages of one topic, by their names in the components."""
    match kind:
        case "commands":
            return [_name(word) for word in commands_of(service).values()]
        case kind if kind == OF_A_PRODUCER:
            return [_name(word) for word in commands_of(service).values() if not word.is_internal]
        case "events":
            return [_name(word) for word in events_of(service).values()]
        case "outcomes":
            return [_name(CommandDecided)]
        case "admitted":
            return ["AdmittedCommand"]
        case _:
            return ["DeadLetter"]


def _name(word: type[Message]) -> str:
    return f"{word.service}.{word.__name__}"


def _channel(service: str, kind: str) -> Json:
    channel = {
        "address": f"{service}.{kind}",
        "description": f"The {kind.replace('-', ' ')} of the {service} service.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in message_names(service, kind)},
    }
    return channel if kind != OF_A_PRODUCER else {**channel, **_OWN, "address": own(service, "{producer}")}


def _operation(service: str, kind: str, action: str, summary: str) -> tuple[str, Json]:
    channel = f"#/channels/{service}.{kind}"
    operation: dict[str, object] = {
        "action": action,
        "summary": summary,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in message_names(service, kind)],
    }
    if action == "receive":
        operation["reply"] = {"channel": {"$ref": f"#/channels/{service}.outcomes"}}
    return f"{service}.{action}-{kind}", operation


def _messages() -> Json:
    examples = {type(example): example for example in EXAMPLES}
    own = {"AdmittedCommand": _admitted(), "DeadLetter": _dead_letter()}
    return {_name(word): _message(word, examples[word]) for word in _WORDS} | own


def _message(word: type[Message], example: Message) -> Json:
    _, value, headers = to_kafka(enveloped(example))
    internal = {"tags": [_INTERNAL]} if isinstance(example, Command) and example.is_internal else {}
    return {
        "name": type_name(word),
        "title": word.__name__,
        "summary": word.__doc__,
        "contentType": "application/json",
        "headers": {"$ref": f"#/components/schemas/{_headers_of(word)}"},
        "payload": {"$ref": f"#/components/schemas/{word.__name__}"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {"kafka": {"key": _KEY}},
        **internal,
        "examples": [
            {"headers": {name: raw.decode() for name, raw in headers}, "payload": orjson.loads(value)},
        ],
    }


def _admitted() -> Json:
    return {
        "name": "AdmittedCommand",
        "title": "A command that came over HTTP",
        "summary": admitted.__doc__,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/AdmittedHeaders"},
        "payload": {"description": "The command's data, byte for byte as it was sent: a signature covers these bytes."},
        "bindings": {"kafka": {"key": _KEY}},
    }


def _dead_letter() -> Json:
    return {
        "name": "DeadLetter",
        "title": "A record that could not be read",
        "summary": dead_letters.__doc__,
        "contentType": "application/octet-stream",
        "headers": {"$ref": "#/components/schemas/DeadLetterHeaders"},
        "payload": {"description": "The record's value, byte for byte."},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The record's own key."}}},
    }


def _headers_of(word: type[Message]) -> str:
    if issubclass(word, Command):
        return "CommandHeaders"
    return "EventHeaders" if issubclass(word, Event) else "OutcomeHeaders"


def _schemas() -> Json:
    _, shared = models_json_schema(
        [(word, "validation") for word in _WORDS], ref_template="#/components/schemas/{model}"
    )
    dead_letter_schema = {
        name: {"type": "string", "description": meaning} for name, meaning in dead_letters.HEADERS.items()
    }
    admitted_headers = {name: {"type": "string", "description": meaning} for name, meaning in admitted.HEADERS.items()}
    return {
        **shared["$defs"],
        "AdmittedHeaders": _headers((*admitted.REQUIRED, *_COMMAND_REQUIRED), {**admitted_headers, **_SIGNATURE}),
        "CommandHeaders": _headers(_COMMAND_REQUIRED, _SIGNATURE),
        "EventHeaders": _headers(_EVENT_REQUIRED),
        "OutcomeHeaders": _headers(_OUTCOME_REQUIRED),
        "DeadLetterHeaders": {"type": "object", "properties": dead_letter_schema, "required": ["dead-letter-reason"]},
    }


def _headers(required: Sequence[str], more: Mapping[str, Json] = MappingProxyType({})) -> Json:
    return {"type": "object", "properties": {**_HEADER, **more}, "required": list(required)}
