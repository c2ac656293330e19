"""What an answer depends on besides the command's own stream.

Only the command is asked, never the state: this is why a nomination and its acceptance name the vacancy's mission
once more. A change in one of these streams before the append forces a new decision.
"""

from contracts import streams
from contracts.vacancies import (
    ELIGIBILITY,
    AcceptNomination,
    AnnounceVacancy,
    NominateCandidate,
    NominateUnit,
    SelectUnit,
)
from contracts.words import Command

RULE_SET = streams.rule_set(ELIGIBILITY)


def reads(command: Command) -> tuple[str, ...]:
    """The other streams of this room on which the answer to a command depends."""
    match command:
        case AnnounceVacancy(application=None):
            return (streams.mission(command.mission),)
        case AnnounceVacancy(application=str(application)):
            return (streams.mission(command.mission), streams.application(application))
        case NominateCandidate():
            return (streams.candidate(command.person), *_reads_of_nomination(command))
        case NominateUnit():
            return (streams.unit(command.unit), *_reads_of_nomination(command))
        case AcceptNomination():
            return (streams.mission(command.mission),)
        case SelectUnit():
            return (streams.mission(command.mission), RULE_SET)
        case _:
            return ()


def _reads_of_nomination(command: NominateCandidate | NominateUnit) -> tuple[str, ...]:
    return streams.line(command.mandate, command.line), streams.mission(command.mission), RULE_SET
