"""Hostile records for the topics that services write: events and places in a log that nobody recorded."""

from random import Random
from typing import Final

from contracts.registry import EVENTS, events_of
from tests.hostile.commands import event_stream, from_schema
from tests.hostile.records import Attributes, Hostile, as_headers, as_json, garbage, odd_attribute, plain
from tests.hostile.texts import word
from tests.hostile.wire import Raw

SHARED: Final = ("contributor/", "mission/")
"""Streams that honest senders may use too: there are few of them, so nothing is forged in one."""


def forged_event(chance: Random, service: str) -> Hostile:
    """One of any kind that may stand on an events topic."""
    return chance.choice((garbage, _unknown_event, _newer_event, _unrecorded_event))(chance, service)


def forged_place(chance: Random, service: str, name: str) -> Hostile:
    """One of any kind that may stand on a topic of outcomes or of dead letters."""
    return chance.choice((garbage, _claimed_place))(chance, service, name)


def _event(chance: Random, service: str) -> Attributes:
    """Attributes as the relay of a service writes them, for a stream that no honest sender uses."""
    id_ = f"{chance.getrandbits(32):08x}-0000-4000-8000-{chance.getrandbits(48):012x}"
    type_ = chance.choice(sorted(events_of(service)))
    return plain(id_, type_, f"forged/{word(chance, 8)}", f"urn:forcegen:{service}") | {
        "recordedtime": "2022-07-01T10:00:00Z",
        "correlationid": "c",
        "causationid": "c",
        "streamversion": "1",
        "position": str(10**9 + chance.randrange(10**6)),
    }


def _unknown_event(chance: Random, service: str) -> Hostile:
    attributes = _event(chance, service) | {"type": f"forcegen.{service}.{word(chance, 9)}"}
    return Hostile("unknown event", Raw(b"forged", b'{"a":1}', tuple(as_headers(attributes))))


def _newer_event(chance: Random, service: str) -> Hostile:
    attributes = _event(chance, service)
    name = attributes["type"].removeprefix("forcegen.")
    attributes["dataschema"] = f"urn:forcegen:{name}:{chance.choice((2, 9, 9999, 10_000, 0))}"
    return Hostile("newer event", Raw(attributes["subject"].encode(), b"{}", tuple(as_headers(attributes))))


def _unrecorded_event(chance: Random, service: str) -> Hostile:
    """An event that the service never recorded: of a stream of its own, with numbers at their edges."""
    attributes = _event(chance, service)
    for one in chance.sample(("streamversion", "position", "recordedtime", "id", "time", "correlationid"), 2):
        attributes[one] = odd_attribute(chance, one)
    content = from_schema(chance, EVENTS[attributes["type"]].model_json_schema(), 0.05)
    own = event_stream(attributes["type"], content)
    if own is not None and not own.startswith(SHARED):
        attributes["subject"] = own
    return Hostile("forged event", Raw(attributes["subject"].encode(), as_json(content), tuple(as_headers(attributes))))


def _claimed_place(chance: Random, service: str, name: str) -> Hostile:
    """A record in a topic that a service writes, which claims a place in its log."""
    place = str(chance.choice((0, 1, 2, 3, 10, 10**6, 2**63 - 1, 2**63, -1))).encode()
    header = chance.choice((b"ce_position", b"dead-letter-position"))
    headers = (
        (header, place),
        *as_headers(plain(name, "forcegen.outcomes.CommandDecided", "x", f"urn:forcegen:{service}")),
    )
    return Hostile("forged place", Raw(chance.choice((b"x", None)), chance.choice((b"{}", None)), headers))
