"""The rows of a mandate: the mandate, its lines and each version of their terms, waivers, and its legal framework."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.reporting.projections.view import View


class MandateRow(NamedTuple):
    mandate: str
    contributor: str
    status: str
    """The latest status: proposed, approved, rejected, withdrawn, revoked, expired, superseded."""
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


class LineRow(NamedTuple):
    id: str
    """`<mandate>/<line>`."""
    mandate: str
    line: str
    contributor: str
    since: date
    event: UUID
    ends_on: date | None = None
    end_reason: str | None = None


class LineTermsRow(NamedTuple):
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


class SubCeilingRow(NamedTuple):
    line: str
    version: int
    mission: str
    mandate: str
    ceiling: int


class WaiverRow(NamedTuple):
    mandate: str
    waiver: str
    line: str
    mission: str | None
    extra: int
    valid_from: date
    valid_until: date
    legal_reference: str
    event: UUID


class RequirementRow(NamedTuple):
    mandate: str
    mission: str
    version: int
    kinds: tuple[str, ...]
    required_from: date
    event: UUID


class DocumentRow(NamedTuple):
    mandate: str
    mission: str
    kind: str
    document: str
    dated: date
    sha256: str | None
    event: UUID


MANDATES = View("mandates", MandateRow, key=("mandate",), aggregate_id="mandate")
LINES = View("mandate_lines", LineRow, key=("id",), aggregate_id="mandate")
TERMS = View("line_terms", LineTermsRow, key=("line", "version"), aggregate_id="mandate")
SUB_CEILINGS = View("sub_ceilings", SubCeilingRow, key=("line", "version", "mission"), aggregate_id="mandate")
WAIVERS = View("waivers", WaiverRow, key=("mandate", "waiver"), aggregate_id="mandate")
REQUIREMENTS = View("legal_requirements", RequirementRow, key=("mandate", "mission", "version"), aggregate_id="mandate")
DOCUMENTS = View("legal_documents", DocumentRow, key=("mandate", "mission", "kind", "document"), aggregate_id="mandate")
