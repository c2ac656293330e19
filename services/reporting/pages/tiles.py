"""The front page: thirteen questions of officials, each with the answer of the page behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, TypeAlias

from services.reporting.pages import form_values, tile_answers
from services.reporting.pages.catalogue import SHEETS, Section
from services.reporting.pages.cells import PageAddress
from services.reporting.pages.i18n import Words
from services.reporting.pages.tile_answers import Answer, Known, Plural
from services.reporting.query.values import NamedValues
from services.reporting.reports.evidence import ReportEvidence
from services.reporting.reports.formats import ReportResult
from services.reporting.reports.parameters import ReportParameters

State: TypeAlias = Literal["answered", "nothing-on-record", "before-the-first-record"]


@dataclass(frozen=True, slots=True)
class Tile:
    """A question, and where its answer comes from."""

    number: int
    """Its number among the questions of officials."""
    question: str
    page: str
    """The page that answers it whole."""
    section_name: str
    """The table of that page whose report answers it."""
    answer: Callable[[Known], Answer]
    rows_max: int | None = None
    """How many rows of the report the answer looks at, which are all where it counts them; totals are of all rows."""

    @property
    def section(self) -> Section:
        section = next(one for one in SHEETS[self.page].sections if one.name == self.section_name)
        return replace(section, parameters={"mission": "mission"}) if self.page == "events" else section

    @property
    def needs_mission(self) -> bool:
        """Whether there is no answer without a mission."""
        return self.page in ("events", "closing")

    def names(self, terms: ReportParameters, as_of: date, defaults: NamedValues) -> NamedValues:
        """What the page is about where its form is left as it is."""
        mission = defaults.get("fullest_mission")
        if self.page == "events":
            return {"mission": mission} if mission else {}
        return form_values.values(SHEETS[self.page], terms, as_of, defaults)

    @property
    def anchor(self) -> str:
        """Where on the page the answer begins."""
        return "" if SHEETS[self.page].sections[0].name == self.section_name else f"#s-{self.section_name}"


TileAnswer: TypeAlias = tuple[Tile, Answer, State]
TILES: Final = (
    Tile(1, "Who is where?", "overview", "present", tile_answers.where),
    Tile(2, "How much room is left under each ceiling?", "ceilings", "headroom", tile_answers.headroom),
    Tile(3, "How many people have served since a day?", "since", "people", tile_answers.since, 1),
    Tile(4, "Which approved missions were never used?", "unused", "missions", tile_answers.unused),
    Tile(5, "What waits, since when, and on whom?", "pipeline", "waiting", tile_answers.waits),
    Tile(6, "Which tours end in 30, 60 or 90 days?", "ending", "ending", tile_answers.ending),
    Tile(7, "Which documents does an operation lack?", "documents", "documents", tile_answers.documents),
    Tile(8, "How long from the vote to the arrival?", "lead-times", "steps", tile_answers.lead_time),
    Tile(9, "Which dates moved, how often, and why?", "moved", "moved", tile_answers.moved, 1),
    Tile(10, "Does the register agree with the UN's return?", "returns", "rows", tile_answers.returns),
    Tile(11, "Who must come home if a mission closes?", "closing", "tours", tile_answers.closing, 1),
    Tile(12, "Did every ceiling hold at every instant?", "ceilings", "held", tile_answers.held),
    Tile(13, "Which events stand behind a number?", "events", "events", tile_answers.behind, 1),
)


@dataclass(frozen=True, slots=True)
class AnsweredTile:
    """A tile as the reader sees it."""

    tile: Tile
    question: str
    state: State
    figure: str
    """Empty where nothing is on record."""
    counts: str
    rests_on: Sequence[str]
    href: str


def answers_of(known: Known) -> list[TileAnswer]:
    """The answer of every tile, in no language yet."""
    return [(tile, *_answer(tile, known)) for tile in TILES]


def answered(answers: Sequence[TileAnswer], known: Known, words: Words, address: PageAddress) -> list[AnsweredTile]:
    """Every tile, in the reader's language."""
    return [_worded(*answer, known, words, address) for answer in answers]


def as_result(tiles: Sequence[AnsweredTile], known: Known) -> ReportResult:
    """The tiles as rows, for programs."""
    columns = [("number", "int4"), *((name, "text") for name in ("question", "state", "figure", "answer", "page"))]
    values = [
        (one.tile.number, one.question, one.state, one.figure or None, "; ".join((one.counts, *one.rests_on)), one.href)
        for one in tiles
    ]
    incomplete = any(result.incomplete for result in known.results.values())
    evidence = ReportEvidence("found")
    return ReportResult(known.as_of, known.as_known_at, columns, values, {}, None, incomplete, None, evidence)


def _answer(tile: Tile, known: Known) -> tuple[Answer, State]:
    first_day = known.defaults.get("first_day")
    if first_day is None:
        return Answer(None, "Nothing is on record."), "nothing-on-record"
    if known.as_of < first_day:
        before = Answer(None, "This day lies before the first record, {day}.", {"day": first_day})
        return before, "before-the-first-record"
    answer = tile.answer(known)
    return answer, "nothing-on-record" if answer.figure is None else "answered"


def _worded(tile: Tile, answer: Answer, state: State, known: Known, words: Words, address: PageAddress) -> AnsweredTile:
    more = known.form[tile.number] if tile.page == "events" else {}
    return AnsweredTile(
        tile=tile,
        question=words.say(tile.question),
        state=state,
        figure="" if answer.figure is None else words.number(answer.figure),
        counts=_said(answer.counts, answer.figure or 0, words).format(**_shown(answer.names, words)),
        rests_on=[_filled(text, value, words) for text, value in answer.rests_on],
        href=address.of(f"/{tile.page}", **more) + tile.anchor,
    )


def _filled(text: Plural | str, value: float | date, words: Words) -> str:
    if isinstance(value, date):
        return words.say(str(text)).format(day=words.day(value))
    return _said(text, value, words).format(number=words.number(value))


def _said(text: Plural | str, number: float, words: Words) -> str:
    """The form of a text for a number; a number with a fraction takes that of two."""
    if isinstance(text, str):
        return words.say(text)
    return words.plural(*text, int(number) if number == int(number) else 2)


def _shown(names: NamedValues, words: Words) -> dict[str, str]:
    return {name: _text(name, value, words) for name, value in names.items()}


def _text(name: str, value: object, words: Words) -> str:
    if isinstance(value, date):
        return words.day(value)
    return words.code(str(value)) if name == "code" else str(value)
