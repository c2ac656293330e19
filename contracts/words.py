"""Value types that several contracts share: identifiers, categories, ranks, and the terms of a mandate line.

The vocabulary is that of the domain: the UN's Generic Guidelines for Troop-Contributing Countries name categories and
readiness levels, ISO 3166-1 alpha-3 names States, and missions have their official acronyms.
"""

from datetime import date, datetime
from typing import Annotated, ClassVar, Final, Literal, Self, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from contracts import forms
from contracts.limits import INTEGER_MAX

Slug = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", examples=["kz-2013"], json_schema_extra=forms.ONE_LINE)
]
"""Our own identifier: lower-case letters, digits and hyphens, at most 64."""
Reference = Annotated[
    str,
    Field(min_length=1, max_length=200, examples=["NV/2014/031"], json_schema_extra=forms.REFERENCE),
    AfterValidator(forms.reference),
]
"""Another party's identifier: an act number, a note verbale, a document. No control characters."""
Text = Annotated[str, Field(max_length=4000, json_schema_extra=forms.TEXT), AfterValidator(forms.text)]
"""Prose: any characters but U+0000."""
Label = Annotated[str, Field(json_schema_extra=forms.LABEL), AfterValidator(forms.label)]
"""A name as another party writes it: any characters but U+0000, short enough to be searched and compared."""
Contributor = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["KAZ"], json_schema_extra=forms.ONE_LINE)]
"""A State that sends people (TCC): ISO 3166-1 alpha-3."""
Mission = Annotated[
    str, Field(pattern=r"^[A-Z][A-Z0-9-]{2,19}$", examples=["UNIFIL"], json_schema_extra=forms.ONE_LINE)
]
"""A UN operation by its acronym."""
PersonRef = Annotated[str, Field(pattern=r"^p-[a-z0-9-]{1,60}$", examples=["p-0007"], json_schema_extra=forms.ONE_LINE)]
"""An opaque reference to a person. Never a name, a birth date or a passport number."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", json_schema_extra=forms.ONE_LINE)]
Day = Annotated[date, Field(json_schema_extra=forms.DAY), BeforeValidator(forms.day)]
"""A day of the calendar, `YYYY-MM-DD`, from `limits.FIRST_DAY` to `limits.LAST_DAY`."""
Instant = Annotated[datetime, Field(json_schema_extra=forms.INSTANT), BeforeValidator(forms.instant)]
"""A time with its offset (RFC 3339), from `limits.FIRST_INSTANT` to `limits.LAST_INSTANT`."""
EventId = Annotated[UUID, Field(json_schema_extra=forms.UUID_FORM), BeforeValidator(forms.uuid)]
"""The id of a recorded event: a UUID as RFC 9562 writes it, with hyphens."""
WHOLE: Final = BeforeValidator(forms.whole)
"""For whole numbers, after their bounds: `20.0` and `2e1` are whole numbers too, as in JSON Schema."""
StreamVersion = Annotated[int, Field(ge=1, le=INTEGER_MAX), WHOLE]
"""How many events a stream has, as somebody has read it."""
Headcount = Annotated[int, Field(ge=1, le=100_000), WHOLE]
Count = Annotated[int, Field(ge=0, json_schema_extra={"maximum": INTEGER_MAX}), BeforeValidator(forms.count)]
"""A stated number of people, votes or tours."""

IndividualCategory = Literal["military_observer", "staff_officer", "individual_officer"]
UnitCategory = Literal["infantry", "medical", "reconnaissance", "engineer", "military_police"]
Category = Literal[
    "military_observer",
    "staff_officer",
    "individual_officer",
    "infantry",
    "medical",
    "reconnaissance",
    "engineer",
    "military_police",
]
UNIT_CATEGORIES: frozenset[str] = frozenset(get_args(UnitCategory))

PersonnelType = Literal["troops", "staff_officers", "experts_on_mission", "individual_police", "formed_police_units"]
"""The categories of the UN's monthly return; military observers are experts on mission."""

Rank = Literal[
    "private",
    "sergeant",
    "warrant_officer",
    "lieutenant",
    "senior_lieutenant",
    "captain",
    "major",
    "lieutenant_colonel",
    "colonel",
    "major_general",
]
RANKS: tuple[str, ...] = get_args(Rank)
"""From the lowest to the highest."""

MissionStatus = Literal["active", "drawdown", "closed"]
ReadinessLevel = Literal["L1", "L2", "L3", "RDL"]
READINESS_LEVELS: tuple[str, ...] = get_args(ReadinessLevel)
"""UN Peacekeeping Capability Readiness System, from the lowest to the rapid deployment level."""
ConsentKind = Literal["un_structure", "participating_state", "host_state", "framework_nation"]
DocumentKind = Literal["un_mandate", "mou", "memorandum", "status_of_forces", "national_order"]
Qualifier = Literal["max", "about"]
DepartureReason = Literal[
    "end_of_tour",
    "rotation",
    "medical",
    "compassionate",
    "discipline",
    "mission_closed",
    "national_recall",
    "death",
]
Payer = Literal["un", "contributor", "member"]


class Contract(BaseModel):
    """A frozen model, strict about types and tolerant of fields it does not know."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", use_attribute_docstrings=True)


class Message(Contract):
    """A command or an event: data that knows its stream, its service and the version of its schema."""

    service: ClassVar[str]
    schema_version: ClassVar[int] = 1

    @property
    def stream(self) -> str:
        """The stream (and Kafka key, and CloudEvents subject) that this message belongs to."""
        raise TypeError(f"{type(self).__name__} names no stream")  # every message in the registry overrides this

    def text_of(self, field: str) -> str | None:
        """The text of a field; None if the message has no such field, or none in it.

        `getattr` with a default takes two microseconds of pydantic where there is none.
        """
        value: str | None = self.__dict__.get(field)
        return value


class Command(Message):
    """What another system asks a service to do; answered by an outcome."""

    is_internal: ClassVar[bool] = False
    """Whether only policies of this system send it; from anybody else it is refused."""
    is_break_glass: ClassVar[bool] = False
    """Whether it does alone what needs a second person; a register of producers permits it by its own name only."""


class Event(Message):
    """A fact that a service recorded."""

    effective_field: ClassVar[str | None] = None
    """The field with the date on which the event became true; without one, the command's effective time."""

    @classmethod
    def read(cls, data: str | bytes) -> Self:
        """The event that was recorded with this JSON; it stays readable even if a limit was added since."""
        return cls.model_validate_json(data, context=forms.RECORDED)


class Decision(Contract):
    """A vote of parliament, as its register has it."""

    act_number: Reference
    decided_on: Day
    votes_for: Count | None = None
    """None where the public record gives no count: unknown, not zero."""
    votes_against: Count | None = None


class SubCeiling(Contract):
    """The most people of one line that may be present in one of its missions at one time."""

    mission: Mission
    ceiling: Headcount


class LineTerms(Contract):
    """One line of a mandate: missions × categories, and how many people may be present at one time."""

    line: Slug
    missions: Annotated[tuple[Mission, ...], Field(min_length=1, max_length=50)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=8)]
    ceiling: Headcount
    """People present at one time, not the total that rotates through."""
    qualifier: Qualifier = "max"
    """`about` is how the act words it; it is enforced like `max`."""
    sub_ceilings: Annotated[tuple[SubCeiling, ...], Field(max_length=50)] = ()
    valid_from: Day
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> "LineTerms":
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            reason = "valid_until must be later than valid_from (it is the first day out of force)"
            raise PydanticCustomError("line_period", reason)
        if stray := {s.mission for s in self.sub_ceilings} - set(self.missions):
            reason = f"sub_ceilings name missions that the line does not cover: {', '.join(sorted(stray))}"
            raise PydanticCustomError("sub_ceiling_mission", reason)
        if too_high := [s.mission for s in self.sub_ceilings if s.ceiling > self.ceiling]:
            reason = f"sub_ceilings above the line's ceiling: {', '.join(sorted(too_high))}"
            raise PydanticCustomError("sub_ceiling_height", reason)
        return self
