"""Builds the outcome of a command: the answer that is stored, published and repeated."""

from collections.abc import Sequence

from pydantic import ValidationError

from contracts.fault_text import fault_text
from contracts.forms import BEYOND
from contracts.limits import EVENT_BYTES_MAX, OUTCOME_DETAILS_MAX, OUTCOME_TEXT_CHARS_MAX
from contracts.outcome import CommandDecided
from kernel.model.dead_letters import cut
from kernel.model.decider import Pending, Refusal
from kernel.model.records import DecodedCommand, Invalid, NewEvent

FAULT = Refusal(
    "fault",
    "The service failed while it decided this command. Nothing was recorded; the fault is in the service's log.",
    remedy="Ask the operators; when the defect is fixed, send the command under a new id.",
)


def beyond_limits(fault: Exception) -> Refusal | None:
    """The refusal of a valid command that leads to a value that no event can hold, such as a tour beyond 2199."""
    errors = fault.errors(include_url=False, include_input=False) if isinstance(fault, ValidationError) else []
    if not isinstance(fault, ValidationError) or not all(error["type"] in BEYOND for error in errors):
        return None
    error = errors[0]
    name = ".".join(map(str, error["loc"]))
    return Refusal(
        "limits",
        f"This leads to {name} of {fault.title}, which is beyond what is kept: {fault_text(error)}.",
        remedy="Choose days and numbers that lead to less; docs/reference/limits.md lists what is kept.",
    )


def too_large(new: Sequence[NewEvent]) -> Refusal | None:
    """The refusal of a command that leads to an event too large for a record of a topic."""
    for one in new:
        # A character has at most four bytes: most events need not be measured.
        if len(one.json) * 4 > EVENT_BYTES_MAX and (size := len(one.json.encode())) > EVENT_BYTES_MAX:
            name = type(one.event.data).__name__
            return Refusal(
                "limits",
                f"This leads to a {name} of {size:,} bytes; an event may have {EVENT_BYTES_MAX:,}.",
                remedy="Ask for less at once, or split what it is about; docs/reference/limits.md lists what is kept.",
            )
    return None


def outcome_of(command: DecodedCommand, status: str, **fields: object) -> CommandDecided:
    """An outcome under the identity of its command; it fits a record, whichever names of the sender it quotes."""
    return within_bounds(
        CommandDecided.model_validate(
            {
                "command_id": command.envelope.id,
                "command_source": command.envelope.source,
                "command_type": command.envelope.type,
                "command_stream": command.stream,
                "status": status,
                **fields,
            }
        )
    )


def within_bounds(outcome: CommandDecided) -> CommandDecided:
    """The outcome with its texts cut to their bounds; a text that is cut states its original length."""
    texts = {name: getattr(outcome, name) for name in ("reason", "field", "remedy")}
    cut_texts = {name: None if text is None else cut(text, OUTCOME_TEXT_CHARS_MAX) for name, text in texts.items()}
    details = tuple(cut(text, OUTCOME_TEXT_CHARS_MAX) for text in outcome.details[:OUTCOME_DETAILS_MAX])
    if cut_texts == texts and details == outcome.details:
        return outcome
    return outcome.model_copy(update={**cut_texts, "details": details})


def refused(command: DecodedCommand, refusal: Refusal) -> CommandDecided:
    """The outcome of a command that a rule refuses."""
    return outcome_of(
        command,
        "refused",
        rule=refusal.rule,
        reason=refusal.reason,
        field=refusal.field,
        remedy=refusal.remedy,
        details=refusal.details,
    )


def pending(command: DecodedCommand, pending: Pending) -> CommandDecided:
    """The outcome of a command that waits for an event of another service."""
    return outcome_of(
        command,
        "pending",
        reason=pending.reason,
        waits_for=pending.on,
        remedy=f"Nothing to do if {pending.on} is on its way (see /v1/pending); otherwise check that name.",
    )


def invalid(command: DecodedCommand, invalid: Invalid) -> CommandDecided:
    """The outcome of a command that does not fit its contract."""
    return outcome_of(
        command,
        "invalid",
        rule="contract",
        reason=invalid.reason,
        field=invalid.field,
        remedy=invalid.remedy,
        details=invalid.details,
    )


def conflict(command: DecodedCommand) -> CommandDecided:
    """The outcome of a command whose identity was used before with another body."""
    return outcome_of(
        command,
        "conflict",
        rule="idempotency",
        reason=f"The id {command.envelope.id} of {command.envelope.source} was used before for another body.",
        field="id",
        remedy="Send this command under a new id; the first answer stands (GET /v1/commands/{id}).",
    )


def event_id_taken(command: DecodedCommand) -> CommandDecided:
    """The outcome of a command whose event would have the id of an event on record."""
    return outcome_of(
        command,
        "conflict",
        rule="idempotency",
        reason="An event that this command leads to would have the id of an event on record, of another command.",
        field="id",
        remedy="Send this command under a new id.",
    )
