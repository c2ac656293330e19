"""Example events from example commands: an event repeats the fields of its command and adds what was decided."""

from typing import TypeVar

from contracts.words import Event, Message

E = TypeVar("E", bound=Event)


def event_from(event: type[E], command: Message, **added: object) -> E:
    """An event with the fields that it shares with `command`, and those in `added` on top."""
    shared = {name: value for name, value in command if name in event.model_fields}
    return event.model_validate(shared | added)
