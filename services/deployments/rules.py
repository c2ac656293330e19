"""The rules of a tour, each implemented once: the line (I2), the papers (I3), people and posts (I4), the unit's
clearance (I6), the mission (I8) and the ceiling (I1). Each returns None if its rule allows the command."""

from collections.abc import Callable, Sequence
from datetime import date

from contracts import streams
from contracts.words import Category
from kernel.model.decider import Claim, Pending, Refusal, States, state_of
from services.deployments.line import Ledger
from services.deployments.mission import MissionLife
from services.deployments.occupancy import Stay, StayChange, first_breach
from services.deployments.tour import Tour
from services.deployments.unit import Clearance, may_arrive
from services.mandate_lines import LineFields, not_covered


def line_covers(own: Ledger, day: date, mission: str, category: Category, day_field: str) -> Refusal | None:
    """I2: the line is in force on the day and covers the mission and the category."""
    return not_covered(own.line, day, mission, category, LineFields(day_field))


def mission_active(mission: str, day: date, field: str, states: States) -> Refusal | Pending | None:
    """I8: nothing new goes to a mission in drawdown or closed."""
    life = state_of(MissionLife, streams.mission(mission), states)
    if not life.statuses:
        return Pending(life.stream, f"Waits until the status of {mission} is known here.")
    recorded = life.statuses.on(day)
    if recorded is not None and recorded.status == "active":
        return None
    state = f"is {recorded.status}" if recorded else "is not yet established"
    remedy = "Choose a mission that is active on that day."
    return Refusal("I8", f"{mission} {state} on {day}: nothing new goes there.", field, remedy)


def not_cleared(tour: Tour, mission: str, day: date, states: States) -> Refusal | None:
    """I6: why the unit of a tour may not be in a mission on a day; a person needs no clearance."""
    if tour.unit is None:
        return None
    clearance = state_of(Clearance, streams.unit(tour.unit), states)
    return may_arrive(clearance, tour.unit, mission, day, tour.headcount)


def papers_missing(own: Ledger, tour: Tour, mission: str, day: date, consents: Sequence[str]) -> Refusal | None:
    """I3: every required consent and legal document is recorded, with a date on or before the day."""
    held = {d.kind for d in own.documents if d.mission == mission and d.dated <= day}
    required = own.requirements_for(mission).on(day)
    missing = [_consent_missing(tour, kind, day) for kind in consents]
    missing += [f"document {k} for {mission}" for k in (required.kinds if required else ()) if k not in held]
    details = tuple(paper for paper in missing if paper)
    if not details:
        return None
    reason = f"Tour {tour.id} may not be in {mission} on {day}: {len(details)} required papers are missing then."
    return Refusal("I3", reason, None, "Record each missing paper first.", details)


def _consent_missing(tour: Tour, kind: str, day: date) -> str | None:
    given = [c for c in tour.consents if c.kind == kind and c.given_on <= day]
    if any(c.valid_until is None or day < c.valid_until for c in given):
        return None
    ended = max((c.valid_until for c in given if c.valid_until), default=None)
    return f"consent {kind}" + (f", which expired on {ended} (I7)" if ended else "")


def ceiling_holds(
    own: Ledger, before: Tour | None, after: Tour, view: Callable[[Tour], tuple[Stay, ...]], field: str
) -> Refusal | None:
    """I1: on no day does the change add people above the line's ceiling or a mission's sub-ceiling."""
    change = StayChange(view(before) if before else (), view(after))
    if not change.after:
        return None
    start = min(stay.start for stay in change.after)
    end = None if any(stay.end is None for stay in change.after) else max(s.end for s in change.after if s.end)
    # Tours that end before or begin after the change are left out first: a ledger may hold thousands.
    near = [t for t in own.tours.values() if t.id != after.id and _is_near(t, start, end)]
    others = [stay for tour in near for stay in view(tour)]
    breach = first_breach(others, change, own.limit_on, own.limit_days())
    if breach is None:
        return None
    what = f"the sub-ceiling for {breach.mission}" if breach.mission else "the ceiling of the line"
    over = breach.count - breach.limit
    reason = f"On {breach.day} {breach.count} people would be present; {what} is {breach.limit}: {over} too many."
    return Refusal("I1", reason, field, "Change the days, let others leave first, or obtain a waiver or an amendment.")


def _is_near(tour: Tour, start: date, end: date | None) -> bool:
    """Whether a tour may have people present in the period, in either of its views."""
    over = tour.departed_on is not None and tour.departed_on <= start
    never = tour.status == "cancelled" or (tour.is_waiting and tour.planned_until <= start)
    return not over and not never and (end is None or tour.start < end)


def taken(own: Ledger, after: Tour) -> Refusal | None:
    """I4 within this ledger: no other tour takes the same person, unit or post on the same day."""
    wanted = after.claims()
    for other in own.tours.values():
        shares = (after.person and other.person == after.person) or (after.unit and other.unit == after.unit)
        if other.id == after.id or not (shares or (after.post and other.post == after.post)):
            continue
        for held in other.claims():
            for claim in wanted:
                if claim.overlaps(held):
                    return taken_by(claim, f"{own.stream}/{other.id}")
    return None


def taken_by(claim: Claim, owner: str | None) -> Refusal:
    """I4: the refusal when `claim` overlaps one of `owner`: a tour, by its stream; None where it is not named."""
    owner = owner or "a tour"
    until = f"until {claim.end}" if claim.end else "with no end"
    match claim.kind:
        case "post":
            reason = f"Post {claim.holder} would have two incumbents from {claim.start} {until}: {owner} holds it."
            return Refusal("I4", reason, "post", "Declare a handover, or move the days.")
        case "person" | "unit":
            reason = f"{claim.holder} has another tour in the period from {claim.start} {until}: {owner}."
            return Refusal("I4", reason, claim.kind, "Move the days, or end the other tour first.")
        case "present" | "unit-present":
            reason = f"{claim.holder} is present elsewhere in the period from {claim.start} {until}: {owner}."
            remedy = "Record the departure from the other tour first, or correct the days."
            return Refusal("I4", reason, "arrived_on", remedy)
        case other:
            raise ValueError(f"deployments makes no claims of kind {other}")
