"""How an example event is told: it repeats what its command asked, and adds what the room decided."""

from typing import TypeVar

from contracts.words import Event, Message

E = TypeVar("E", bound=Event)


def told(event: type[E], command: Message, **added: object) -> E:
    """The event that says what `asked` asks, with `added` on top."""
    shared = {name: value for name, value in command if name in event.model_fields}
    return event.model_validate(shared | added)
