"""The demo's output: tables for an official, each with its sources below. Plain text outside a terminal."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from cli.demo import tables
from cli.demo.golden import AS_OF, WAITED_ON, Check, Report, Reports
from cli.demo.sending import Answered, Refused

COLUMNS: Final = 100
WORKED_OUT: Final = "The persons and days behind the totals are a reconstruction."


def console() -> Console:
    """Standard output, at most 100 columns."""
    made = Console(highlight=False, markup=False)
    made.width = min(made.width, COLUMNS) if made.is_terminal else COLUMNS
    return made


def chapters_sent(out: Console, chapters: Sequence[Answered]) -> None:
    """Print what was sent and answered."""
    shown = _table(out, "Commands sent through Kafka", "chapter", number("sent"), number("repeats"), number("followed"))
    for one in chapters:
        row(shown, (one.title, one.sent, one.repeated, one.followed))
    shown.add_section()
    row(shown, ("all accepted", *(sum(getattr(c, n) for c in chapters) for n in ("sent", "repeated", "followed"))))
    out.print(shown)
    _note(
        out,
        "repeats: answered by an earlier run, and the same now. followed: sent by one service to another.",
    )


def refused(out: Console, answers: Sequence[Refused]) -> None:
    """Print the commands that break a rule, and the answers."""
    shown = _table(out, "Refusals (the examples are fictional)", "rule", "command", "reason", "remedy")
    for one in sorted(answers, key=lambda answer: int(answer.example.rule[1:])):
        shown.add_section()
        row(shown, (one.rule, one.example.request, one.reason, one.remedy))
    out.print(shown)


def reports(out: Console, answers: Reports) -> None:
    """Print the reports for officials, as of the day of the vote."""
    _strength(out, answers.strength)
    _since(out, answers)
    _headroom(out, answers.headroom)
    _unused(out, answers.unused)
    _waiting(out, answers)


def _strength(out: Console, report: Report) -> None:
    shown = _table(out, f"Who is where, as of {AS_OF}", "mission", "category", "rank", number("people"))
    for one in report["rows"]:
        row(shown, (one["mission"], _plain(one["category"]), _plain(one["rank"] or "unit"), one["people"]))
    shown.add_section()
    row(shown, ("total", "", "", report["totals"]["people"]))
    out.print(shown)
    _sources(out, "inform-2022", "astana-2023", worked_out=True)


def _since(out: Console, answers: Reports) -> None:
    shown = _table(out, f"Who has served, as of {AS_OF}", "counted", "mission", number("people"), number("tours"))
    for what, report in (("officers since 2014", answers.officers), ("units since 2018", answers.units)):
        for one in report["rows"]:
            row(shown, (what, one["mission"], one["people"], one["tours"]))
        row(shown, (f"{what}, in all", "", report["totals"]["people"], report["totals"]["tours"]))
        shown.add_section()
    out.print(shown)
    _sources(out, "inform-2022", "indepth-2018", "kazakh-tv-2020", "ireport-2020", "astana-2021", worked_out=True)


def _headroom(out: Console, report: Report) -> None:
    numbers = [number(name) for name in ("ceiling", "present", "left", "with plans")]
    shown = _table(out, f"Room left under each mandate line, as of {AS_OF}", "line", "missions", *numbers)
    before = None
    for one in report["rows"]:
        if one["line"] != before:
            shown.add_section()
        before = one["line"]
        about = "about " if one["qualifier"] == "about" else ""
        place = one["mission"] or ", ".join(one["missions"])
        name = "  of these" if one["mission"] else one["line"]
        cells = (f"{about}{one['ceiling']}", one["present"], one["headroom_now"], one["headroom_with_planned"])
        row(shown, (name, place, *cells))
    out.print(shown)
    _note(
        out,
        "Ceilings hold for people present at one time. with plans: at the fullest moment that is planned.",
        "MINUSTAH, UNOCI and UNMIL have closed since 2013; their places still stand in the act.",
    )
    _sources(out, "tengri-2013", "inform-2018-06", "inform-2022")


def _unused(out: Console, report: Report) -> None:
    shown = _table(out, f"Approved missions that nobody was ever sent to, as of {AS_OF}", "mandate", "mission", "since")
    for one in report["rows"]:
        row(shown, (one["mandate"], one["mission"], one["approved_since"]))
    out.print(shown)
    _sources(out, "tengri-2013", "inform-2018-06", "inform-2022")


def _waiting(out: Console, answers: Reports) -> None:
    columns = ("as of", "what", "which", "waits for", "on whom", "since", number("days"))
    shown = _table(out, "What waits, since when, on whom", *columns)
    for on, report in ((WAITED_ON, answers.waited), (AS_OF, answers.waiting)):
        for one in report["rows"]:
            of = (_plain(one["waits_for"]), one["on_whom"], one["since"], one["days"])
            which = one["id"].split("/")[-2] if one["what"] == "consent" else one["id"]
            row(shown, (on, one["what"], which, *of))
        shown.add_section()
    out.print(shown)
    _sources(out, "tengri-2014", "time-2014", "inform-2022", worked_out=True)


def checked(out: Console, checks: Sequence[Check]) -> None:
    """Print the public numbers beside the reports' numbers."""
    shown = _table(out, "The public record and the reports", "number", "public record", "report", "same")
    for one in checks:
        row(shown, (one.what, one.stated, one.reported, "yes" if one.holds else "NO"))
    out.print(shown)
    _sources(out, *dict.fromkeys(one.source for one in checks))


def _table(out: Console, title: str, *columns: str | Column) -> Table:
    """A table that is readable in a log too; its title is printed above it, so that a narrow table does not wrap it."""
    out.print(Text(title, style="bold"), soft_wrap=True)
    made = [Column(one, overflow="fold") if isinstance(one, str) else one for one in columns]
    return Table(*made, header_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)


def number(name: str) -> Column:
    """A column of numbers."""
    return Column(name, justify="right", no_wrap=True)


def row(table: Table, cells: Sequence[object]) -> None:
    """Add a row of plain text: no cell is parsed as markup, and None is an empty cell."""
    table.add_row(*(Text("" if cell is None else str(cell)) for cell in cells))


def _plain(word: object) -> str:
    return str(word).replace("_", " ")


def _note(out: Console, *lines: str) -> None:
    for line in lines:
        out.print(Text(line, style="dim"), soft_wrap=True)
    out.print()


def _sources(out: Console, *names: str, worked_out: bool = False) -> None:
    """Print each source whole, on a separate line, so that it can be followed."""
    known = tables.sources()
    lines: Iterable[str] = (_source(known[name]) for name in names)
    for line in ("Sources:", *lines, *([WORKED_OUT] if worked_out else [])):
        out.print(Text(line, style="dim"), soft_wrap=True)
    out.print()


def _source(of: tables.Row) -> str:
    return f"  {of['publisher']}, {of['stated_on']}  {of['url']}"
