"""What each command needs to see besides its own stream: the mission's status (I8) and the unit's clearance (I6)."""

from contracts import streams
from contracts.deployments import PlanTour, RecordArrival, TransferTour
from contracts.words import Command


def reads(command: Command) -> tuple[str, ...]:
    """The other streams on which the answer depends."""
    match command:
        case PlanTour():
            return (streams.mission(command.mission),)
        case TransferTour():
            return (streams.mission(command.to_mission),)
        case RecordArrival(unit=None):
            return (streams.mission(command.mission),)
        case RecordArrival():
            return (streams.mission(command.mission), streams.unit(str(command.unit)))
        case _:
            return ()
