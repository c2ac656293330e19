"""The UN's answer to a nomination: accepted, declined, or never given; and the State's own withdrawal.

A tour follows from an acceptance, so the acceptance carries everything that deployments needs to plan one.
"""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeAlias, assert_never

from contracts.vacancies import (
    AcceptNomination,
    CandidateNominated,
    DeclineNomination,
    LapseNomination,
    NominationAccepted,
    NominationDeclined,
    NominationLapsed,
    NominationWithdrawn,
    UnitNominated,
    VacancyAnnounced,
    VacancyFilled,
    WithdrawNomination,
)
from kernel.model.decider import Decision, Refusal, States, state_of
from services.vacancies.answers import lifecycle, recorded, unknown
from services.vacancies.candidate import cannot_serve
from services.vacancies.mission import takes_nothing_new
from services.vacancies.nomination import too_many
from services.vacancies.vacancy import Nomination, Vacancy, not_open, unknown_vacancy

AnswerCommand: TypeAlias = AcceptNomination | DeclineNomination | WithdrawNomination | LapseNomination


def decide(command: AnswerCommand, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Vacancy, command.stream, states)
    if own.opening is None:
        return unknown_vacancy(command.vacancy)
    nomination = own.nominations.get(command.nomination)
    if nomination is None:
        what = f"Nomination {command.nomination} for vacancy {command.vacancy}"
        return unknown(what, "nomination", "Correct the identifier.")
    if refusal := _answered_already(command, nomination):
        return refusal
    match command:
        case AcceptNomination():
            return (
                not_open(own, command.vacancy)
                or _expired(command, nomination)
                or takes_nothing_new(own.opening.mission, command.accepted_on, states)
                or _cannot_serve(nomination.put_forward, states)
                or _accept(own, command, own.opening, nomination.put_forward)
            )
        case DeclineNomination():
            return [recorded(NominationDeclined, command)]
        case WithdrawNomination():
            return [recorded(NominationWithdrawn, command)]
        case LapseNomination():
            return _not_expired(command, nomination) or [recorded(NominationLapsed, command)]
        case _:
            assert_never(command)


def _answered_already(command: AnswerCommand, nomination: Nomination) -> Refusal | None:
    if nomination.status != "open":
        reason = f"Nomination {command.nomination} was {nomination.status} already."
        return lifecycle(reason, "nomination", "Nominate anew.")
    day, name = _day(command)
    if day < nomination.put_forward.nominated_on:
        reason = f"Nomination {command.nomination} was made on {nomination.put_forward.nominated_on}, after {day}."
        return lifecycle(reason, name, "Check the date.")
    return None


def _day(command: AnswerCommand) -> tuple[date, str]:
    if isinstance(command, AcceptNomination):
        return command.accepted_on, "accepted_on"
    return command.ended_on, "ended_on"


def _expired(command: AcceptNomination, nomination: Nomination) -> Refusal | None:
    until = nomination.put_forward.valid_until
    if command.accepted_on < until:
        return None
    reason = f"Nomination {command.nomination} was valid until {until}; {command.accepted_on} is too late."
    return Refusal("I7", reason, "accepted_on", "Nominate anew, by what is true on that day.")


def _not_expired(command: LapseNomination, nomination: Nomination) -> Refusal | None:
    until = nomination.put_forward.valid_until
    if command.ended_on >= until:
        return None
    reason = f"Nomination {command.nomination} is valid until {until}, so it has not lapsed on {command.ended_on}."
    return lifecycle(reason, "ended_on", "Withdraw it, or let it lapse later.")


def _cannot_serve(put_forward: CandidateNominated | UnitNominated, states: States) -> Refusal | None:
    """Why a nomination that was valid on its day can no longer be accepted: a bar or withdrawal since then."""
    if isinstance(put_forward, UnitNominated):
        return None
    refusal = cannot_serve(put_forward.person, states)
    return refusal and replace(refusal, field="nomination", remedy="Withdraw this nomination and nominate another.")


def _accept(
    own: Vacancy, command: AcceptNomination, opening: VacancyAnnounced, put_forward: CandidateNominated | UnitNominated
) -> Decision:
    if isinstance(put_forward, UnitNominated) and (refusal := too_many(put_forward.headcount, opening)):
        return refusal
    tour_until = months_after(command.report_on, opening.tour_months)
    handover_until = command.report_on + timedelta(days=command.handover_days)
    if handover_until >= tour_until:
        reason = f"A handover until {handover_until} would outlast the tour, which ends on {tour_until}."
        return Refusal("I4", reason, "handover_days", "Declare a shorter handover.")
    accepted = recorded(
        NominationAccepted,
        command,
        mission=opening.mission,
        mandate=put_forward.mandate,
        line=put_forward.line,
        category=put_forward.category,
        contributor=put_forward.contributor,
        post=opening.post,
        tour_until=tour_until,
        handover_until=handover_until if command.handover_days else None,
        **_who(put_forward),
    )
    if isinstance(put_forward, UnitNominated) or own.taken + 1 >= own.places:
        return [accepted, VacancyFilled(vacancy=command.vacancy, filled_on=command.accepted_on)]
    return [accepted]


def _who(put_forward: CandidateNominated | UnitNominated) -> dict[str, object]:
    match put_forward:
        case CandidateNominated():
            return {"person": put_forward.person, "rank": put_forward.rank}
        case UnitNominated():
            return {"unit": put_forward.unit, "headcount": put_forward.headcount}
        case _:
            assert_never(put_forward)


def months_after(day: date, months: int) -> date:
    """The same day after a number of calendar months; the month's last day if that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
