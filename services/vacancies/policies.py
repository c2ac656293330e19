"""Policies: events of approvals bring mandate lines; events of deployments free places and bar people.

An event of another service enters as a command, so that this service still decides and its outcome is on record.
"""

from collections.abc import Mapping, Sequence

from contracts.approvals import MandateAmended, MandateApproved, MandateExpired, MandateRevoked, MandateSuperseded
from contracts.deployments import TourCancelled, TourDeparted
from contracts.vacancies import BarCandidate, RecordMandateLine, RecordMandateLineEnd, ReopenVacancy
from contracts.words import Command
from kernel.model.decider import Policy, RecordedEvent


def on_approvals(recorded: RecordedEvent) -> Sequence[Command]:
    """Copy mandate lines and their ends into this service, so that nominations can name them (rule I2)."""
    match recorded.data:
        case MandateApproved() | MandateAmended() as event:
            return [
                RecordMandateLine(
                    mandate=event.mandate,
                    line=terms.line,
                    contributor=event.contributor,
                    terms=terms,
                    since=event.in_force_from,
                )
                for terms in event.lines
            ]
        case MandateRevoked() | MandateExpired() | MandateSuperseded() as event:
            return [
                RecordMandateLineEnd(mandate=event.mandate, line=line, ends_on=event.ends_on) for line in event.lines
            ]
        case _:
            return ()


def on_deployments(recorded: RecordedEvent) -> Sequence[Command]:
    """Reopen the place that a departure frees, and bar a person after a disciplinary repatriation (rule I12)."""
    match recorded.data:
        case TourDeparted() as event:
            return [*_reopened_by_departure(event), *_barred(event)]
        case TourCancelled(vacancy=str(vacancy)) as event:
            reason = f"Tour {event.tour} was cancelled: {event.reason}"[:4000]
            return [ReopenVacancy(vacancy=vacancy, reopened_on=event.cancelled_on, tour=event.tour, reason=reason)]
        case _:
            return ()


def _reopened_by_departure(event: TourDeparted) -> Sequence[Command]:
    if event.vacancy is None or event.reason == "mission_closed":  # no relief is sent to a closed mission
        return ()
    reason = f"Tour {event.tour} ended: {event.reason}"
    return [ReopenVacancy(vacancy=event.vacancy, reopened_on=event.departed_on, tour=event.tour, reason=reason)]


def _barred(event: TourDeparted) -> Sequence[Command]:
    if event.reason != "discipline" or event.person is None:
        return ()
    reason = f"Repatriated from {event.mission} for discipline"
    return [BarCandidate(person=event.person, since=event.departed_on, tour=event.tour, reason=reason)]


POLICIES: Mapping[str, Policy] = {"approvals.events": on_approvals, "deployments.events": on_deployments}
