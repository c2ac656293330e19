"""The rows of a mandate: itself, its lines and each version of their terms, waivers, and its legal framework."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.projections.view import View


class Mandate(NamedTuple):
    mandate: str
    contributor: str
    status: str
    """The last word: proposed, approved, rejected, withdrawn, revoked, expired, superseded."""
    proposed_on: date
    proposed_by: str
    event: UUID
    """The last event that set this row."""
    legal_basis: str | None = None
    area: str | None = None
    tasks: str | None = None
    rotation: str | None = None
    withdrawal: str | None = None
    cost: str | None = None
    act_number: str | None = None
    decided_on: date | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    in_force_from: date | None = None
    ends_on: date | None = None
    """The first day out of force, or the day on which the proposal ended."""
    end_reason: str | None = None
    supersedes: str | None = None
    superseded_by: str | None = None


class Line(NamedTuple):
    id: str
    """`<mandate>/<line>`."""
    mandate: str
    line: str
    contributor: str
    since: date
    event: UUID
    ends_on: date | None = None
    end_reason: str | None = None


class LineTerms(NamedTuple):
    line: str
    version: int
    mandate: str
    since: date
    missions: tuple[str, ...]
    categories: tuple[str, ...]
    ceiling: int
    qualifier: str
    valid_from: date
    valid_until: date | None
    act_number: str
    event: UUID


class SubCeiling(NamedTuple):
    line: str
    version: int
    mission: str
    mandate: str
    ceiling: int


class Waiver(NamedTuple):
    mandate: str
    waiver: str
    line: str
    mission: str | None
    extra: int
    valid_from: date
    valid_until: date
    legal_reference: str
    event: UUID


class Requirement(NamedTuple):
    mandate: str
    mission: str
    version: int
    kinds: tuple[str, ...]
    required_from: date
    event: UUID


class Document(NamedTuple):
    mandate: str
    mission: str
    kind: str
    document: str
    dated: date
    sha256: str | None
    event: UUID


MANDATES = View("mandates", Mandate, key=("mandate",), owner="mandate")
LINES = View("mandate_lines", Line, key=("id",), owner="mandate")
TERMS = View("line_terms", LineTerms, key=("line", "version"), owner="mandate")
SUB_CEILINGS = View("sub_ceilings", SubCeiling, key=("line", "version", "mission"), owner="mandate")
WAIVERS = View("waivers", Waiver, key=("mandate", "waiver"), owner="mandate")
REQUIREMENTS = View("legal_requirements", Requirement, key=("mandate", "mission", "version"), owner="mandate")
DOCUMENTS = View("legal_documents", Document, key=("mandate", "mission", "kind", "document"), owner="mandate")
