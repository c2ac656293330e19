"""`forcegen status`: what runs, where, whether it is ready, and how far behind it is."""

import typer

from cli.connect import http
from cli.connect.endpoints import USUAL, Directory
from cli.output.errors import DONE, FAILED, CommandError
from cli.output.terminal import number, results, row, table
from deploy.local import services, stack
from deploy.local.ports import LOOPBACK
from deploy.system import SYSTEM


def status(directory: Directory = USUAL) -> None:
    """Show servers and rooms: running, process id, port, ready, records that wait, restarts.

    \b
    Examples:
      forcegen status
      forcegen status --directory /srv/forcegen
    \b
    Exit codes: 0 everything runs and is ready; 1 something does not.
    """
    servers, found = stack.status(directory), services.status(directory, SYSTEM)
    shown = table("name", "running", number("pid"), number("port"), "ready", number("lag"), number("restarts"))
    for server in (servers.kafka, servers.postgres):
        row(shown, (server.name, _yes(server.running), server.pid, server.port, _yes(server.running), None, None))
    for room in found:
        ready = _ready(room)
        row(shown, (room.name, _yes(room.running), room.pid, room.port, ready, _lag(room), room.restarts.times or None))
    results().print(shown)
    whole = servers.kafka.running and servers.postgres.running and all(room.ready for room in found)
    raise typer.Exit(DONE if whole else FAILED)


def _ready(room: services.ServiceStatus) -> str:
    """Whether it is, what it says of itself, and when it was last started again."""
    again = f" (it ended, and was started again at {room.restarts.last})" if room.restarts.times else ""
    return ": ".join([_yes(room.ready), *(["; ".join(room.problems)] if room.problems else [])]) + again


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _lag(room: services.ServiceStatus) -> str | None:
    """Records that wait over all of its consumers; `?` where the room does not say."""
    if not room.running or room.port is None:
        return None
    try:
        told = http.get_json(f"http://{LOOPBACK}:{room.port}/v1/lag")
        return f"{sum(one['records'] for one in told.values()):,}" if told else None
    except http.NotThere:  # a process that reads no topic has no lag
        return None
    except (CommandError, AttributeError, KeyError, TypeError):
        return "?"
