"""Every command of this room, and the function that answers it."""

from collections.abc import Callable, Mapping
from typing import Any

from contracts.deployments import (
    CancelTour,
    CloseLine,
    CorrectTour,
    ExtendTour,
    NotePresence,
    OpenLine,
    OrderReturn,
    PlanTour,
    RecordArrival,
    RecordConsent,
    RecordDeparture,
    RecordDocument,
    RecordMissionStatus,
    RecordOfficialStatement,
    RecordStrengthReturn,
    RecordUnitMou,
    RecordUnitVisit,
    RecordWaiver,
    RequireDocuments,
    ScheduleTour,
    TransferTour,
)
from contracts.words import Command
from kernel.model.decider import Decision, ReceivedCommand, States
from services.deployments import contributor, correction, line, mission, planning, presence, unit

ANSWERS: Mapping[type[Command], Callable[[Any, Any], Decision]] = {
    OpenLine: line.open_line,
    CloseLine: line.close_line,
    RecordWaiver: line.record_waiver,
    RequireDocuments: line.require_documents,
    RecordDocument: line.record_document,
    RecordConsent: planning.record_consent,
    ScheduleTour: planning.schedule,
    CancelTour: planning.cancel,
    ExtendTour: presence.extend,
    RecordDeparture: presence.depart,
    OrderReturn: presence.order_return,
    RecordMissionStatus: mission.record_status,
    NotePresence: mission.note_presence,
    RecordUnitMou: unit.record_mou,
    RecordUnitVisit: unit.record_visit,
    RecordStrengthReturn: contributor.record_return,
    RecordOfficialStatement: contributor.record_statement,
}
"""What the command's own stream can answer."""
ANSWERS_ACROSS: Mapping[type[Command], Callable[[Any, Any, States], Decision]] = {
    PlanTour: planning.plan,
    RecordArrival: presence.arrive,
    TransferTour: presence.transfer,
    CorrectTour: correction.correct,
}
"""What looks at a mission's status (I8) or a unit's clearance (I6) too."""


def decide(asked: ReceivedCommand, states: States) -> Decision:
    """The events that a command leads to, or why there are none."""
    own, kind = states[asked.data.stream], type(asked.data)
    if kind in ANSWERS:
        return ANSWERS[kind](own, asked.data)
    if kind in ANSWERS_ACROSS:
        return ANSWERS_ACROSS[kind](own, asked.data, states)
    raise TypeError(f"deployments does not take {kind.__name__}")
