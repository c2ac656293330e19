"""The numbers of the public record for 2022-06-30, compared with those of the reports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from contracts.json_object import JsonObject

AS_OF: Final = date(2022, 6, 30)
WAITED_ON: Final = date(2014, 5, 15)
"""A day in spring 2014 on which the note on twenty observers was waiting for vacancies."""

Report: TypeAlias = JsonObject
"""A report as the query API returns it."""
Ask: TypeAlias = Callable[..., Report]
"""`ask(name, parameter=value, …)`."""


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports that the demo shows."""

    strength: Report
    officers: Report
    units: Report
    headroom: Report
    unused: Report
    waiting: Report
    waited: Report


@dataclass(frozen=True, slots=True)
class Check:
    """One number, in the public record and in the report."""

    what: str
    stated: str
    reported: str
    source: str

    @property
    def holds(self) -> bool:
        return self.stated == self.reported


def query_reports(ask: Ask) -> Reports:
    """Every report that the demo shows, as of the day of the vote."""
    units = {"since": "2018-01-01", "missions": "UNIFIL", "count": "units"}
    return Reports(
        strength=ask("strength", contributor="KAZ"),
        officers=ask("people-since", contributor="KAZ", since="2014-01-01", count="officers"),
        units=ask("people-since", contributor="KAZ", **units),
        headroom=ask("headroom", contributor="KAZ"),
        unused=ask("unused-missions", contributor="KAZ"),
        waiting=ask("waiting", contributor="KAZ"),
        waited=ask("waiting", contributor="KAZ", as_of=WAITED_ON.isoformat()),
    )


def checks(reports: Reports) -> Sequence[Check]:
    """Every golden number."""
    return [
        _number("Present in MINURSO", 6, _people(reports.strength, "MINURSO"), "inform-2022"),
        _number("Present in UNIFIL", 9, _people(reports.strength, "UNIFIL"), "inform-2022"),
        _number("Officers since 2014", 45, reports.officers["totals"]["people"], "inform-2022"),
        _number("People of units through UNIFIL since 2018", 520, reports.units["totals"]["people"], "inform-2022"),
        _ceiling(reports, "kz-2013/observers", "max 20", "tengri-2013"),
        *(_sub_ceiling(reports, mission) for mission in ("MINURSO", "MINUSTAH", "UNMIL", "UNOCI")),
        _ceiling(reports, "kz-2018/officers", "max 40", "inform-2018-06"),
        _ceiling(reports, "kz-2018/company", "max 120", "inform-2018-06"),
        _ceiling(reports, "kz-2022/contingent", "about 430", "inform-2022"),
        _unused(reports, "kz-2013", "MINUSTAH, UNMIL", "tengri-2013"),
        _unused(reports, "kz-2018", "UNFICYP, UNMOGIP, UNTSO", "inform-2018-06"),
    ]


def _people(report: Report, mission: str) -> int:
    return sum(row["people"] for row in report["rows"] if row["mission"] == mission)


def _number(what: str, stated: int, reported: object, source: str) -> Check:
    return Check(what, str(stated), str(reported), source)


def _ceiling(reports: Reports, line: str, stated: str, source: str) -> Check:
    rows = [row for row in reports.headroom["rows"] if (row["line"], row["mission"]) == (line, None)]
    held = [f"{row['qualifier']} {row['ceiling']}" for row in rows]
    return Check(f"Ceiling of {line}", stated, ", ".join(held) or "none", source)


def _sub_ceiling(reports: Reports, mission: str) -> Check:
    place = ("kz-2013/observers", mission)
    held = [str(r["ceiling"]) for r in reports.headroom["rows"] if (r["line"], r["mission"]) == place]
    return Check(f"Sub-ceiling of 2013 in {mission}", "5", ", ".join(held) or "none", "tengri-2013")


def _unused(reports: Reports, mandate: str, stated: str, source: str) -> Check:
    never = sorted(row["mission"] for row in reports.unused["rows"] if row["mandate"] == mandate)
    return Check(f"Never used of {mandate}", stated, ", ".join(never), source)
