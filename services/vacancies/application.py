"""An offer of the State to the Secretariat: submitted, acknowledged, possibly withdrawn; it has no deadline."""

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias, assert_never

from contracts.vacancies import (
    AcknowledgeApplication,
    ApplicationAcknowledged,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    SubmitApplication,
    WithdrawApplication,
)
from contracts.words import Event
from kernel.model.decider import Decision, Refusal, States, state_of
from services.vacancies.answers import duplicate, lifecycle, recorded, unknown

ApplicationCommand: TypeAlias = SubmitApplication | AcknowledgeApplication | WithdrawApplication


@dataclass(frozen=True, slots=True)
class Application:
    submitted_on: date | None = None
    contributor: str = ""
    acknowledged_on: date | None = None
    withdrawn_on: date | None = None


def evolve(state: Application, event: Event) -> Application:
    """The state after one more event."""
    match event:
        case ApplicationSubmitted():
            return replace(state, submitted_on=event.submitted_on, contributor=event.contributor)
        case ApplicationAcknowledged():
            return replace(state, acknowledged_on=event.acknowledged_on)
        case ApplicationWithdrawn():
            return replace(state, withdrawn_on=event.withdrawn_on)
        case _:
            raise TypeError(f"an application's stream holds no {type(event).__name__}")


def decide(command: ApplicationCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Application, command.stream, states)
    match command:
        case SubmitApplication():
            if own.submitted_on is not None:
                reason = f"Application {command.application} was submitted on {own.submitted_on} already."
                return duplicate(reason, "application", "Give a new offer an identifier of its own.")
            return [recorded(ApplicationSubmitted, command)]
        case AcknowledgeApplication():
            if refusal := not_waiting(own, command.application):
                return refusal
            if own.acknowledged_on is not None:
                reason = f"Application {command.application} was acknowledged on {own.acknowledged_on} already."
                return lifecycle(reason, "application")
            return [recorded(ApplicationAcknowledged, command)]
        case WithdrawApplication():
            return not_waiting(own, command.application) or [recorded(ApplicationWithdrawn, command)]
        case _:
            assert_never(command)


def not_waiting(state: Application, application: str) -> Refusal | None:
    """Why an application cannot be answered: it does not exist, or the State withdrew it."""
    if state.submitted_on is None:
        return unknown(f"Application {application}", "application", "Submit the application first.")
    if state.withdrawn_on is not None:
        reason = f"Application {application} was withdrawn on {state.withdrawn_on}."
        return lifecycle(reason, "application", "Submit a new application.")
    return None
