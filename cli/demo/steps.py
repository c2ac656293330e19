"""A step of the story: one command from the office that would send it, with a basis and a public source.

Ids are derived from the subject of a step, so the same story always sends the same ids and gets the same answers.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, TypeAlias

from contracts import approvals, deployments, vacancies
from contracts.cloudevents import Envelope
from contracts.registry import schema_name, type_name
from contracts.words import Command

Words: TypeAlias = frozenset[type[Command]]

PARLIAMENT: Final = "urn:kz:parliament"
NOTE_REGISTRY: Final = "urn:kz:mfa:note-registry"
MINISTRY: Final = "urn:kz:mod"
SECRETARIAT: Final = "urn:un:dppa-dpo"
ACTORS: Final = {
    PARLIAMENT: "Parliament, register of acts",
    NOTE_REGISTRY: "Ministry of Foreign Affairs, registry of notes",
    MINISTRY: "Ministry of Defence, peacekeeping desk",
    SECRETARIAT: "UN Secretariat, Department of Peace Operations",
}
_OF_PARLIAMENT: Final[Words] = frozenset({approvals.ProposeMandate, approvals.ApproveMandate})
_OF_NOTES: Final[Words] = frozenset(
    {
        approvals.RequireLegalDocuments,
        approvals.RecordLegalDocument,
        vacancies.SubmitApplication,
        vacancies.WithdrawApplication,
        vacancies.SignMou,
        deployments.RecordOfficialStatement,
    }
)
_OF_THE_UN: Final[Words] = frozenset(
    {
        vacancies.RecordMission,
        vacancies.ChangeMissionStatus,
        vacancies.AcknowledgeApplication,
        vacancies.AnnounceVacancy,
        vacancies.ReopenVacancy,
        vacancies.WithdrawVacancy,
        vacancies.AcceptNomination,
        vacancies.RecordReadiness,
        vacancies.SelectUnit,
        vacancies.RecordPredeploymentVisit,
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the story."""

    day: date
    command: Command
    about: str
    """The subject of the step; with the day and the command's name it makes the id."""
    basis: str
    source: str
    """The public source, by its identifier in `sources.csv`."""

    @property
    def sender(self) -> str:
        """The CloudEvents source: the register that would send this command."""
        word = type(self.command)
        if word in _OF_PARLIAMENT:
            return PARLIAMENT
        if word in _OF_NOTES:
            return NOTE_REGISTRY
        if word in _OF_THE_UN:
            return SECRETARIAT
        if isinstance(self.command, deployments.RecordConsent):
            return SECRETARIAT if self.command.kind == "un_structure" else NOTE_REGISTRY
        return MINISTRY

    @property
    def id(self) -> str:
        return f"story/{self.day}/{type(self.command).__name__}/{self.about}"

    def envelope(self) -> Envelope:
        """The step as a CloudEvent, whose time is the step's day."""
        when = datetime.combine(self.day, time(), UTC)
        word = type(self.command)
        return Envelope(
            id=self.id,
            source=self.sender,
            type=type_name(word),
            subject=self.command.stream,
            time=when,
            dataschema=schema_name(word),
            datacontenttype="application/json",
            data=self.command.model_dump_json().encode(),
            correlation_id=f"story/{self.about}",
            actor=ACTORS[self.sender],
        )
