"""A correction names the recorded fact that was wrong (I10); the right value has to hold under the same rules."""

from datetime import date
from itertools import pairwise

from contracts import streams
from contracts.deployments import CorrectTour, TourCorrected
from contracts.words import RANKS
from kernel.model.decider import Decision, Pending, Refusal, States
from services.deployments import rules, tour_facts
from services.deployments.line import Ledger
from services.deployments.tour import Posting, Tour


def correct(own: Ledger, asked: CorrectTour, states: States) -> Decision:
    tour = own.tours.get(asked.tour)
    if tour is None:
        reason = f"No tour {asked.tour} is on record on this line."
        return Refusal("unknown", reason, "tour", "Correct the identifier.")
    if tour.status == "cancelled":
        return Refusal("lifecycle", f"Tour {tour.id} is cancelled.", "tour", "Check which tour is meant.")
    refused = _not_its_source(tour, asked) or _wrong_type(tour, asked)
    if refused:
        return refused
    old = _old_value(tour, asked)
    event = TourCorrected(**dict(asked), old_value=old)
    would_be = tour_facts.after(tour, event)
    return (
        _nothing_changes(asked, old)
        or _out_of_order(would_be)
        or _breaks_rules(own, tour, would_be, states)
        or rules.taken(own, would_be)
        or [event]
    )


def _posting(tour: Tour, asked: CorrectTour) -> Posting | None:
    return next((posting for posting in tour.postings if asked.corrects in posting.facts), None)


def _not_its_source(tour: Tour, asked: CorrectTour) -> Refusal | None:
    """I10: the event named is the one behind the value that the register shows now."""
    if asked.field == "mission":
        sources = frozenset(fact for posting in tour.postings for fact in posting.facts)
    else:
        sources = tour.sources.get(asked.field, frozenset())
    if asked.corrects in sources:
        return None
    known = ", ".join(sorted(str(fact) for fact in sources)) or "no event yet"
    reason = f"Event {asked.corrects} is not behind {asked.field} of tour {tour.id}, which was set by {known}."
    return Refusal("I10", reason, "corrects", "Name the event that recorded the wrong value.")


def _wrong_type(tour: Tour, asked: CorrectTour) -> Refusal | None:
    """I10: a day for days, a number of people for the headcount, a word of the vocabulary for the others."""
    value = asked.value
    match asked.field:
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
    return Refusal("I10", f"{value} is not a value for {asked.field}: it needs {needed}.", "value", f"Give {needed}.")


def _old_value(tour: Tour, asked: CorrectTour) -> date | int | str | None:
    posting = _posting(tour, asked)
    match asked.field:
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


def _nothing_changes(asked: CorrectTour, old: date | int | str | None) -> Refusal | None:
    if asked.value != old:
        return None
    reason = f"{asked.field} of tour {asked.tour} is {old} already."
    return Refusal("I10", reason, "value", "Nothing needs to be corrected.")


def _out_of_order(tour: Tour) -> Refusal | None:
    """Arrival, transfers and departure follow one another."""
    days = [tour.start, *(p.since for p in tour.postings if p.since), *([tour.departed_on] if tour.departed_on else [])]
    if all(earlier < later for earlier, later in pairwise(days)):
        return None
    told = ", ".join(str(day) for day in days)
    reason = f"Arrival, transfers and departure of tour {tour.id} would be out of order: {told}."
    return Refusal("lifecycle", reason, "value", "Correct the days one after the other, so that their order holds.")


def _breaks_rules(own: Ledger, tour: Tour, would_be: Tour, states: States) -> Refusal | Pending | None:
    """The corrected tour under the rules that it had to meet: each posting that changes, then the ceiling."""
    for old, new in zip(tour.postings, would_be.postings, strict=True):
        moved = new.since is None and would_be.start != tour.start
        refused = _posting_refused(own, would_be, new, states) if moved or new.mission != old.mission else None
        if refused is None and would_be.headcount > tour.headcount:
            refused = _not_cleared(would_be, new, states)
        if refused:
            return refused
    view = Tour.actual if would_be.arrived_on else Tour.forecast
    return rules.ceiling_holds(own, tour, would_be, view, "value")


def _posting_refused(own: Ledger, tour: Tour, posting: Posting, states: States) -> Refusal | Pending | None:
    """Line (I2) and mission (I8) as for a plan; once arrived, papers (I3) and the unit's clearance (I6) as well."""
    day, mission = posting.since or tour.start, posting.mission
    refused = rules.line_covers(own, day, mission, tour.category, "value") or rules.mission_active(
        states[streams.mission(mission)], mission, day, "value"
    )
    if refused or not tour.arrived_on:
        return refused
    consents = tour.consents_required if posting.since is None else ()
    return rules.papers_missing(own, tour, mission, day, consents) or _not_cleared(tour, posting, states)


def _not_cleared(tour: Tour, posting: Posting, states: States) -> Refusal | None:
    if not tour.arrived_on:
        return None
    return rules.not_cleared(tour, posting.mission, posting.since or tour.start, states)
