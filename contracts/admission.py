"""Admission of commands: an envelope must fit the indices, headers, keys and calendar that will hold it.

Reading the wire is more tolerant (`contracts.envelope`), so that a command that is refused here is answered under its
own identity, and earlier events stay readable.
"""

from typing import Final, NamedTuple

from contracts.envelope import Envelope
from contracts.forms import is_instant_in_range
from contracts.limits import ATTRIBUTE_BYTES_MAX, FIRST_INSTANT, LAST_INSTANT
from contracts.text import unfit


class Misfit(NamedTuple):
    """An attribute that cannot be admitted, the reason, and the remedy."""

    attribute: str
    reason: str
    remedy: str


def misfit(envelope: Envelope) -> Misfit | None:
    """The first attribute of a command's envelope that the system cannot hold; None if it can hold all."""
    texts = _texts(envelope)
    # One check of all of them together takes a fraction of the time; printable ASCII holds no unfit character.
    together = "".join(filter(None, texts))
    is_plain = together.isascii() and together.isprintable()
    if len(together) * (1 if is_plain else 4) > ATTRIBUTE_BYTES_MAX or not (is_plain or unfit(together) is None):
        for name, text in zip(_NAMES, texts, strict=True):
            if text and (misfit := _of_text(name, text)):
                return misfit
    if envelope.time is not None and not is_instant_in_range(envelope.time):
        reason = f"The attribute time is {envelope.time.isoformat()}."
        span = f"{FIRST_INSTANT:%Y-%m-%dT%H:%M:%SZ} to {LAST_INSTANT:%Y-%m-%dT%H:%M:%SZ}"
        return Misfit("time", reason, f"Send a time from {span}, or leave it out.")
    return None


_NAMES: Final = (
    *("id", "source", "type", "subject", "dataschema", "datacontenttype", "correlationid", "causationid", "actor"),
    *("traceparent", "partitionkey"),
)


def _texts(envelope: Envelope) -> tuple[str | None, ...]:
    """The text attributes, in the order of their names."""
    return (
        envelope.id,
        envelope.source,
        envelope.type,
        envelope.subject,
        envelope.dataschema,
        envelope.datacontenttype,
        envelope.correlation_id,
        envelope.causation_id,
        envelope.actor,
        envelope.traceparent,
        envelope.partition_key,
    )


def _of_text(name: str, text: str) -> Misfit | None:
    if (length := len(text.encode())) > ATTRIBUTE_BYTES_MAX:
        reason = f"The attribute {name} has {length:,} bytes in UTF-8."
        return Misfit(name, reason, f"Send at most {ATTRIBUTE_BYTES_MAX:,} bytes.")
    if (character := unfit(text)) is not None:
        reason = f"The attribute {name} contains {character}."
        return Misfit(name, reason, "Send it without control characters and noncharacters (CloudEvents 1.0.2, String).")
    return None
