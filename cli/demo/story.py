"""The story as an ordered list of commands: chapters in time, and waves within a chapter.

Streams of one service run concurrently, and services learn of each other through their events; so a command that
depends on another stream's event belongs to a later wave. The first wave enters decisions and people, the second
nominates them, the third sends them and brings them home, the fourth has what the contingent reports of itself, over
HTTP, the fifth closes what is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from cli.demo import framework, lives
from cli.demo.steps import CONTINGENT, Step
from contracts import deployments, vacancies
from contracts.words import Command

CHAPTERS: Final = (
    (date(2015, 1, 1), "2013-2014  Twenty observers are offered"),
    (date(2018, 6, 15), "2015-2018  Western Sahara and Côte d'Ivoire"),
    (date(2020, 2, 1), "2018-2019  Forty officers, and a company for Lebanon"),
    (date(2021, 4, 1), "2020-2021  Rotations that had to wait"),
    (date(2022, 7, 1), "2021-2022  Six at a time, and a vote on four missions"),
    (date(2024, 1, 20), "2022-2024  Bangui, Goma and Bamako, and another vote"),
    (date.max, "2024       Afterwards"),
)
"""For each chapter, the first day after it, and its title."""
_SECOND: Final = (
    vacancies.AnnounceVacancy,
    vacancies.ReopenVacancy,
    vacancies.NominateCandidate,
    vacancies.NominateUnit,
    vacancies.AcceptNomination,
    vacancies.SelectUnit,
    vacancies.SignMou,
    vacancies.RecordPredeploymentVisit,
    deployments.ApproveCorrection,
)
_THIRD: Final = (
    deployments.RecordConsent,
    deployments.ScheduleTour,
    deployments.ExtendTour,
    deployments.RecordArrival,
    deployments.RecordDeparture,
)
_LAST: Final = (vacancies.ChangeMissionStatus, vacancies.WithdrawVacancy, vacancies.WithdrawApplication)


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    waves: Sequence[Sequence[Step]]
    """Never empty; each may be sent once the wave before it, and everything that follows from it, is answered."""


def chapters(*, by_two: bool = True) -> Sequence[Chapter]:
    """The whole story. `by_two`: two people decide on a correction, as under a register of producers; else one does."""
    steps = sorted([*framework.steps(), *lives.steps()], key=lambda step: (step.day, _arrives(step.command)))
    if not by_two:
        steps = [step for step in steps if not isinstance(step.command, deployments.ApproveCorrection)]
    chapters_in_order = []
    since = date.min
    for until, title in CHAPTERS:
        in_chapter = [step for step in steps if since <= step.day < until]
        waves = [[step for step in in_chapter if _wave(step) == nr] for nr in range(5)]
        chapters_in_order.append(Chapter(title, [wave for wave in waves if wave]))
        since = until
    return chapters_in_order


def _wave(step: Step) -> int:
    if step.sender == CONTINGENT:
        return 3
    for nr, words in ((1, _SECOND), (2, _THIRD), (4, _LAST)):
        if isinstance(step.command, words):
            return nr
    return 0


def _arrives(command: Command) -> bool:
    """Sort key: departures come before arrivals of the same day, so that a place is free when it is taken."""
    return isinstance(command, deployments.RecordArrival)
