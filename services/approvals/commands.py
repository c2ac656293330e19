"""What each command needs to see besides its own mandate: only an approval that supersedes another looks elsewhere."""

from contracts import streams
from contracts.approvals import ApproveMandate
from contracts.words import Command


def reads(command: Command) -> tuple[str, ...]:
    """The other mandates on which the answer depends."""
    if isinstance(command, ApproveMandate) and command.supersedes not in {None, command.mandate}:
        return (streams.mandate(str(command.supersedes)),)
    return ()
