"""A step of the story: one command from the office that would send it, with a basis and a public source.

Ids are derived from the subject of a step, so the same story always sends the same ids and gets the same answers.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Final, TypeAlias
from uuid import UUID

from contracts import approvals, deployments, vacancies
from contracts.cloudevents import Envelope
from contracts.registry import schema_name, type_name
from contracts.words import Command
from kernel.model.decider import event_id

Words: TypeAlias = frozenset[type[Command]]

PRESIDENT: Final = "urn:kz:president"
PARLIAMENT: Final = "urn:kz:parliament"
NOTE_REGISTRY: Final = "urn:kz:mfa:note-registry"
MINISTRY: Final = "urn:kz:mod"
INSPECTION: Final = "urn:kz:mod:inspection"
CONTINGENT: Final = "urn:kz:mod:unifil-contingent"
SECRETARIAT: Final = "urn:un:dppa-dpo"
ACTORS: Final = {
    PRESIDENT: "Executive Office of the President",
    PARLIAMENT: "Parliament, register of acts",
    NOTE_REGISTRY: "Ministry of Foreign Affairs, registry of notes",
    MINISTRY: "Ministry of Defence, peacekeeping desk",
    INSPECTION: "Ministry of Defence, inspection",
    CONTINGENT: "Contingent in UNIFIL, headquarters",
    SECRETARIAT: "UN Secretariat, Department of Peace Operations",
}
ENTERED_AT: Final = time(18)
"""When offices enter what happened on a day, in UTC."""
COMPANY: Final = "company"
"""The line of the contingent in UNIFIL."""
OF_PARLIAMENT: Final[Words] = frozenset({approvals.ApproveMandate, approvals.RejectMandate})
OF_THE_INSPECTION: Final[Words] = frozenset({deployments.ApproveCorrection})
OF_THE_CONTINGENT: Final[Words] = frozenset({deployments.RecordArrival, deployments.RecordDeparture})
OF_NOTES: Final[Words] = frozenset(
    {
        approvals.RequireLegalDocuments,
        approvals.RecordLegalDocument,
        vacancies.SubmitApplication,
        vacancies.WithdrawApplication,
        vacancies.SignMou,
        deployments.RecordOfficialStatement,
    }
)
OF_THE_UN: Final[Words] = frozenset(
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
        deployments.RecordStrengthReturn,
    }
)


def types(words: Words, *more: type[Command]) -> tuple[str, ...]:
    """The types of these commands."""
    return tuple(sorted(map(type_name, [*words, *more])))


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
    entered_on: date | None = None
    """The day on which it was entered; that of the step unless it came late."""

    @property
    def recorded(self) -> datetime:
        """When the office enters it: at the end of that day."""
        return datetime.combine(self.entered_on or self.day, ENTERED_AT, UTC)

    @property
    def sender(self) -> str:
        """The CloudEvents source: the register that would send this command."""
        word = type(self.command)
        if word is approvals.ProposeMandate:  # two people decide: whoever proposes is another office than approves
            return PRESIDENT
        if word in OF_PARLIAMENT:
            return PARLIAMENT
        if word in OF_THE_INSPECTION:
            return INSPECTION
        if word in OF_NOTES:
            return NOTE_REGISTRY
        if word in OF_THE_UN:
            return SECRETARIAT
        if isinstance(self.command, deployments.RecordConsent):
            return SECRETARIAT if self.command.kind == "un_structure" else NOTE_REGISTRY
        if isinstance(self.command, deployments.RecordArrival | deployments.RecordDeparture):
            return CONTINGENT if self.command.line == COMPANY else MINISTRY
        return MINISTRY

    def as_read(self, version: int) -> "Step":
        """The step as its sender has read the stream: an approval names the version that it approves."""
        if not isinstance(self.command, deployments.ApproveCorrection):
            return self
        return replace(self, command=self.command.model_copy(update={"version": version}))

    @property
    def event(self) -> UUID:
        """The id of the first event that the command leads to."""
        return event_id(self.sender, self.id, 0)

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
            demo_clock=self.recorded,
        )
