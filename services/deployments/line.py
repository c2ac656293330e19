"""The ledger of a mandate line: its terms over time, waivers, documents, and every tour on it.

Everything that the ceiling depends on is in this one stream, so that it can be decided in one place (I1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from contracts.deployments import (
    CloseLine,
    DocumentRecorded,
    DocumentsRequired,
    LineAmended,
    LineClosed,
    LineOpened,
    OpenLine,
    RecordDocument,
    RecordWaiver,
    RequireDocuments,
    TourPlanned,
    WaiverRecorded,
)
from contracts.words import LineTerms
from kernel.model.decider import Decision, Pending, RecordedEvent, Refusal
from services.deployments import tour_facts
from services.deployments.tour import Tour


@dataclass(frozen=True, slots=True)
class Ledger:
    """A mandate line as its own facts tell it."""

    stream: str
    contributor: str = ""
    openings: tuple[tuple[date, LineTerms], ...] = ()
    """Since when which terms hold, in the order in which they were recorded."""
    closed_on: date | None = None
    waivers: Mapping[str, WaiverRecorded] = field(default_factory=dict)
    requirements: tuple[DocumentsRequired, ...] = ()
    documents: tuple[DocumentRecorded, ...] = ()
    tours: Mapping[str, Tour] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the line is known here at all."""
        return bool(self.openings)

    def terms_on(self, day: date) -> LineTerms | None:
        """The terms on a day: the latest that hold since then; of two for one day, the later recorded."""
        held = [(since, index) for index, (since, _) in enumerate(self.openings) if since <= day]
        return self.openings[max(held)[1]][1] if held else None

    def limit_on(self, day: date, mission: str | None) -> int | None:
        """The most people on a day: of the line (None), or of a mission; None where it has no sub-ceiling.

        `about` is how an act words its number; it is enforced like `max`.
        """
        terms = self.terms_on(day)
        if terms is None:
            return 0
        extra = sum(
            w.extra for w in self.waivers.values() if w.mission == mission and w.valid_from <= day < w.valid_until
        )
        if mission is None:
            return terms.ceiling + extra
        return next((sub.ceiling + extra for sub in terms.sub_ceilings if sub.mission == mission), None)

    def limit_days(self) -> set[date]:
        """The days on which a limit may change."""
        waived = {day for w in self.waivers.values() for day in (w.valid_from, w.valid_until)}
        return waived | {since for since, _ in self.openings}

    def required_on(self, day: date, mission: str) -> tuple[str, ...]:
        """The kinds of document that an arrival in a mission needs on a day."""
        held = [
            (r.required_from, i)
            for i, r in enumerate(self.requirements)
            if r.mission == mission and r.required_from <= day
        ]
        return self.requirements[max(held)[1]].kinds if held else ()


def evolve(state: Ledger, fact: RecordedEvent) -> Ledger:
    """The ledger after one more fact, of the line itself or of one of its tours."""
    match fact.data:
        case (LineOpened() | LineAmended()) as e:
            return replace(state, contributor=e.contributor, openings=(*state.openings, (e.since, e.terms)))
        case LineClosed() as e:
            return replace(state, closed_on=e.ends_on)
        case WaiverRecorded() as e:
            return replace(state, waivers={**state.waivers, e.waiver: e})
        case DocumentsRequired() as e:
            return replace(state, requirements=(*state.requirements, e))
        case DocumentRecorded() as e:
            return replace(state, documents=(*state.documents, e))
        case TourPlanned() as e:
            return replace(state, tours={**state.tours, e.tour: tour_facts.planned(e, fact.id)})
        case e if isinstance(e, tour_facts.LATER_FACTS):
            tour = tour_facts.after(state.tours[e.tour], e, fact.id)
            return replace(state, tours={**state.tours, e.tour: tour})
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact of a mandate line")


def open_line(own: Ledger, asked: OpenLine) -> Decision:
    """Terms from another decision of parliament; the same ones told again lead to nothing."""
    if not own.is_open:
        return [LineOpened(**dict(asked))]
    known = [terms for since, terms in own.openings if since == asked.since]
    if known and known[-1] == asked.terms:
        return []
    if asked.contributor != own.contributor:
        reason = f"Line {asked.line} of {asked.mandate} belongs to {own.contributor}, not to {asked.contributor}."
        return Refusal("I2", reason, "contributor", "Name the contributor whose mandate it is.")
    return [LineAmended(**dict(asked))]


def _waits(own: Ledger, what: str) -> Pending | None:
    return None if own.is_open else Pending(own.stream, f"{what} waits until the mandate line is known here.")


def close_line(own: Ledger, asked: CloseLine) -> Decision:
    if waits := _waits(own, "The line's end"):
        return waits
    if own.closed_on is None:
        return [LineClosed(**dict(asked))]
    if own.closed_on == asked.ends_on:
        return []
    reason = f"Line {asked.line} of {asked.mandate} is closed from {own.closed_on} already, not from {asked.ends_on}."
    return Refusal("lifecycle", reason, "ends_on", "A line closes once.")


def record_waiver(own: Ledger, asked: RecordWaiver) -> Decision:
    if waits := _waits(own, f"Waiver {asked.waiver}"):
        return waits
    event = WaiverRecorded(**dict(asked))
    known = own.waivers.get(asked.waiver)
    if known is not None and known != event:
        reason = f"Waiver {asked.waiver} is on record with other terms: {known.extra} more until {known.valid_until}."
        return Refusal("duplicate", reason, "waiver", "Give a new waiver its own identifier.")
    return [] if known else [event]


def require_documents(own: Ledger, asked: RequireDocuments) -> Decision:
    event = DocumentsRequired(**dict(asked))
    known = [told for told in own.requirements if told.mission == asked.mission]
    return _waits(own, "A requirement of documents") or ([] if known and known[-1] == event else [event])


def record_document(own: Ledger, asked: RecordDocument) -> Decision:
    event = DocumentRecorded(**dict(asked))
    return _waits(own, f"Document {asked.document}") or ([] if event in own.documents else [event])
