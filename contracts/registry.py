"""The registry of message types: which model reads a CloudEvents `type`, in which version.

A type is `forcegen.<service>.<Name>`; `dataschema` carries the version (`urn:forcegen:<service>.<Name>:<version>`),
and a message without one is read as version 1, so that a producer written today is still understood in ten years.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from contracts import approvals, deployments, vacancies
from contracts.outcome import CommandDecided
from contracts.words import Command, Event, Message

SERVICES: Final = ("approvals", "vacancies", "deployments")
"""The deciding services."""


@cache
def type_name(word: type[Message]) -> str:
    """The CloudEvents type of a message type, e.g. `forcegen.approvals.ProposeMandate`."""
    return f"forcegen.{word.service}.{word.__name__}"


def schema_name(word: type[Message]) -> str:
    """The CloudEvents dataschema of a message type in its current version."""
    return f"urn:forcegen:{word.service}.{word.__name__}:{word.schema_version}"


def source_of(service: str) -> str:
    """The CloudEvents source of what a service publishes: nobody else speaks under it."""
    return f"urn:forcegen:{service}"


_DATASCHEMA = re.compile(r"urn:forcegen:[a-z]+\.[A-Za-z]+:(?P<version>[1-9][0-9]{0,3})")


def schema_version(dataschema: str | None) -> int | None:
    """The version that a dataschema names; 1 if there is none, None if it is not one of ours."""
    if dataschema is None:
        return 1
    match = _DATASCHEMA.fullmatch(dataschema)
    return int(match["version"]) if match else None


COMMANDS: Final[Mapping[str, type[Command]]] = {
    type_name(word): word for service in (approvals, vacancies, deployments) for word in service.COMMANDS
}
EVENTS: Final[Mapping[str, type[Event]]] = {
    type_name(word): word for service in (approvals, vacancies, deployments) for word in service.EVENTS
}
OUTCOME_TYPE: Final = type_name(CommandDecided)


def commands_of(service: str) -> Mapping[str, type[Command]]:
    """The commands that a service accepts, by type."""
    return {name: word for name, word in COMMANDS.items() if word.service == service}


def events_of(service: str) -> Mapping[str, type[Event]]:
    """The events that a service records, by type."""
    return {name: word for name, word in EVENTS.items() if word.service == service}
