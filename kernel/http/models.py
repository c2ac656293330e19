"""The response models of every service's routes: the OpenAPI document and generated clients are made of them."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

WITHOUT_SOURCE: Final = {"use_attribute_docstrings": False}
"""`create_model(..., __cls_kwargs__=WITHOUT_SOURCE)`: a model that a program creates has no source text to read
docstrings from, and pydantic searches every loaded module for it, which takes longer than the rest of a start."""


class Shown(BaseModel):
    """What a route shows."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class Page(Shown):
    """A page of a list."""

    next: str | None
    """What to send as `cursor` for the page after it; null on the last."""


class CommandNotRead(Shown):
    """What was sent is not a CloudEvent of this service: why, where, and what to do. Nothing of it is on record."""

    status: Literal["invalid"]
    rule: str
    reason: str
    field: str
    """Where the fault is."""
    remedy: str
    command_id: str | None
    """The id of the event, where it could be read."""
    command_source: str | None


class Waiting(Shown):
    """A command that waits for an event of another service."""

    command_source: str
    command_id: str
    waits_for: str
    """The stream that is to move."""
    since: datetime


class WaitingPage(Page):
    """Commands that wait, oldest first."""

    items: list[Waiting]


class DeadLetterItem(Shown):
    """A record that could not be read. Bytes that are no text are shown as `\\\\xNN`."""

    position: int
    topic: str
    partition: int
    offset: int
    reason: str
    field: str | None
    remedy: str | None
    recorded: datetime
    key: str | None
    value: str | None
    """Its beginning, where it is long."""
    value_bytes: int
    """How long it was."""
    key_bytes: int | None
    """How long the key was; nothing where that was not noted."""
    headers_number: int | None
    """How many headers there were; nothing where that was not noted."""
    headers: list[tuple[str, str | None]]


class DeadLetterPage(Page):
    """Records that could not be read, by position."""

    items: list[DeadLetterItem]


class HeldEventItem(Shown):
    """An event of another service that waits for an upgrade, or behind one that does."""

    nr: int
    """In the order in which they were stored."""
    topic: str
    partition: int
    offset: int
    stream: str
    version: int
    """Its place in its stream."""
    type: str
    reason: str
    since: datetime
    attempts: int
    """How often it was tried again."""
    drop_proposed_by: str | None
    """The operator who has proposed to drop it; it waits for a second one."""
    drop_reason: str | None


class HeldEventDrop(Shown):
    """What has become of a request to give up a held event."""

    state: Literal["proposed", "dropped"]
    """`proposed`: it is still held, until another operator sends the same request."""
    operators: list[str]
    """Who requested it, in order."""
    reason: str


class HeldEventPage(Page):
    """Events that are held, in the order in which they were stored."""

    items: list[HeldEventItem]
