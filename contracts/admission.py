"""Which envelopes a command may come in: what an index, a header, a key and a calendar behind the door can hold.

Reading the wire is more tolerant than this (`contracts.envelope`), so that a command that is refused here is answered
under its own identity, and events of before stay readable.
"""

from collections.abc import Iterator
from typing import NamedTuple

from contracts.envelope import Envelope
from contracts.forms import is_instant_in_range
from contracts.limits import ATTRIBUTE_BYTES_MAX, FIRST_INSTANT, LAST_INSTANT
from contracts.text import unfit


class Misfit(NamedTuple):
    """An attribute that cannot be admitted, why, and what to do."""

    attribute: str
    reason: str
    remedy: str


def misfit(envelope: Envelope) -> Misfit | None:
    """The first attribute of a command's envelope that the system could not hold; None where it can hold all."""
    texts = [text for _, text in _texts(envelope) if text]
    together = "".join(texts)
    if len(together.encode()) > ATTRIBUTE_BYTES_MAX or unfit(together) is not None:
        for name, text in _texts(envelope):
            if text and (found := _of_text(name, text)):
                return found
    for name, when in (("time", envelope.time), ("effectivetime", envelope.effective)):
        if when is not None and not is_instant_in_range(when):
            told = f"The attribute {name} is {when.isoformat()}."
            span = f"{FIRST_INSTANT:%Y-%m-%dT%H:%M:%SZ} to {LAST_INSTANT:%Y-%m-%dT%H:%M:%SZ}"
            return Misfit(name, told, f"Send a time from {span}, or leave it out.")
    return None


def _texts(envelope: Envelope) -> Iterator[tuple[str, str | None]]:
    yield "id", envelope.id
    yield "source", envelope.source
    yield "type", envelope.type
    yield "subject", envelope.subject
    yield "dataschema", envelope.dataschema
    yield "datacontenttype", envelope.datacontenttype
    yield "correlationid", envelope.correlation_id
    yield "causationid", envelope.causation_id
    yield "actor", envelope.actor
    yield "traceparent", envelope.traceparent
    yield "partitionkey", envelope.partition_key


def _of_text(name: str, text: str) -> Misfit | None:
    if (length := len(text.encode())) > ATTRIBUTE_BYTES_MAX:
        told = f"The attribute {name} has {length:,} bytes in UTF-8."
        return Misfit(name, told, f"Send at most {ATTRIBUTE_BYTES_MAX:,} bytes.")
    if (character := unfit(text)) is not None:
        told = f"The attribute {name} contains {character}."
        return Misfit(name, told, "Send it without control characters and noncharacters (CloudEvents 1.0.2, String).")
    return None
