"""A correction names the recorded event that was wrong (I10); the right value must satisfy the same rules."""

from datetime import date
from itertools import pairwise
from uuid import UUID

from contracts.deployments import CorrectTour, TourCorrected
from contracts.words import RANKS
from kernel.model.decider import Decision, Pending, Refusal, States, state_of
from services.deployments import rules, tour_events
from services.deployments.line import Ledger
from services.deployments.tour import Posting, Tour


def decide(command: CorrectTour, states: States) -> Decision:
    """The events that a command produces, or the reason why it produces none."""
    own = state_of(Ledger, command.stream, states)
    tour = own.tour(command.tour)
    if isinstance(tour, Refusal):
        return tour
    if tour.status == "cancelled":
        return Refusal("lifecycle", f"Tour {tour.id} is cancelled.", "tour", "Check which tour you mean.")
    if refusal := _not_its_source(tour, command) or _wrong_type(tour, command):
        return refusal
    old = _old_value(tour, command)
    event = TourCorrected(**dict(command), old_value=old)
    would_be = tour_events.after(tour, event)
    return (
        _nothing_changes(command, old)
        or _out_of_order(would_be)
        or _breaks_rules(own, tour, would_be, states)
        or rules.taken(own, would_be)
        or [event]
    )


def _posting(tour: Tour, command: CorrectTour) -> Posting | None:
    return next((posting for posting in tour.postings if command.corrects in posting.events), None)


def _not_its_source(tour: Tour, command: CorrectTour) -> Refusal | None:
    """I10: refuse unless the named event is the one behind the value that the register shows now."""
    if command.field == "mission":
        sources = frozenset[UUID]().union(*(posting.events for posting in tour.postings))
    else:
        sources = tour.sources.get(command.field, frozenset())
    if command.corrects in sources:
        return None
    known = ", ".join(sorted(str(event) for event in sources)) or "no event yet"
    reason = f"Event {command.corrects} is not behind {command.field} of tour {tour.id}, which was set by {known}."
    return Refusal("I10", reason, "corrects", "Name the event that recorded the wrong value.")


def _wrong_type(tour: Tour, command: CorrectTour) -> Refusal | None:
    """I10: refuse a value of the wrong type: a day for days, a number for the headcount, else a vocabulary word."""
    value = command.value
    match command.field:
        case "arrived_on" | "departed_on":
            fits, needed = isinstance(value, date), "a date"
        case "headcount" if tour.person:
            fits, needed = value == 1, "1 for a person"
        case "headcount":
            fits, needed = isinstance(value, int) and 1 <= value <= 100_000, "a number from 1 to 100000"
        case "rank":
            fits, needed = value in RANKS and tour.person is not None, "a rank of a person"
        case "mission":
            fits, needed = isinstance(value, str), "a mission"
    if fits:
        return None
    return Refusal("I10", f"{value} is not a value for {command.field}: it needs {needed}.", "value", f"Give {needed}.")


def _old_value(tour: Tour, command: CorrectTour) -> date | int | str | None:
    posting = _posting(tour, command)
    match command.field:
        case "arrived_on":
            return tour.arrived_on
        case "departed_on":
            return tour.departed_on
        case "headcount":
            return tour.headcount
        case "rank":
            return tour.rank
        case "mission":
            return posting.mission if posting else None


def _nothing_changes(command: CorrectTour, old: date | int | str | None) -> Refusal | None:
    if command.value != old:
        return None
    reason = f"{command.field} of tour {command.tour} is {old} already."
    return Refusal("I10", reason, "value", "Nothing needs to be corrected.")


def _out_of_order(tour: Tour) -> Refusal | None:
    """Refuse unless arrival, transfers and departure follow one another."""
    days = [tour.start, *(p.since for p in tour.postings if p.since), *([tour.departed_on] if tour.departed_on else [])]
    if all(earlier < later for earlier, later in pairwise(days)):
        return None
    in_words = ", ".join(str(day) for day in days)
    reason = f"Arrival, transfers and departure of tour {tour.id} would be out of order: {in_words}."
    return Refusal("lifecycle", reason, "value", "Correct the days one after the other, so that their order holds.")


def _breaks_rules(own: Ledger, tour: Tour, would_be: Tour, states: States) -> Refusal | Pending | None:
    """Check the corrected tour against the rules that it had to meet: each posting that changes, then the ceiling."""
    for old, new in zip(tour.postings, would_be.postings, strict=True):
        moved = new.since is None and would_be.start != tour.start
        refusal = _posting_refused(own, would_be, new, states) if moved or new.mission != old.mission else None
        if refusal is None and would_be.headcount > tour.headcount:
            refusal = _not_cleared(would_be, new, states)
        if refusal:
            return refusal
    view = Tour.actual if would_be.arrived_on else Tour.forecast
    return rules.ceiling_holds(own, tour, would_be, view, "value")


def _posting_refused(own: Ledger, tour: Tour, posting: Posting, states: States) -> Refusal | Pending | None:
    """Check line (I2) and mission (I8) as for a plan; after arrival, also papers (I3) and the unit's clearance (I6)."""
    day, mission = posting.since or tour.start, posting.mission
    refusal = rules.line_covers(own, day, mission, tour.category, "value") or rules.mission_active(
        mission, day, "value", states
    )
    if refusal or not tour.arrived_on:
        return refusal
    consents = tour.consents_required if posting.since is None else ()
    return rules.papers_missing(own, tour, mission, day, consents) or _not_cleared(tour, posting, states)


def _not_cleared(tour: Tour, posting: Posting, states: States) -> Refusal | None:
    if not tour.arrived_on:
        return None
    return rules.not_cleared(tour, posting.mission, posting.since or tour.start, states)
