"""`forcegen status`: what runs, where, whether it is ready, what waits in it, and how new the newest fact is."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import typer

from cli.connect import tokens
from cli.connect.endpoints import USUAL, Directory, nothing_is_up
from cli.lazy import at_first_use
from cli.output.errors import DONE, FAILED, CommandError
from cli.output.options import Json, print_json
from cli.output.tables import Only, number, prose, table
from deploy.local.ports import LOOPBACK

with at_first_use():
    from cli.connect import http
    from deploy.local import home, services, stack
    from operations import local_system, what_waits


@dataclass(frozen=True, slots=True)
class Line:
    """What `status` tells of a server or a service; None where it has nothing of the kind."""

    name: str
    running: bool
    pid: int | None
    port: int | None
    ready: bool
    problems: tuple[str, ...] = ()
    lag: int | None = None
    """Records that wait for it, of all its consumers."""
    says_lag: bool = True
    """Whether it answered how many wait for it."""
    dead_letters: int | None = None
    held: int | None = None
    pending: int | None = None
    restarts: int | None = None
    restarted: str | None = None
    """When it last ended by itself, and was started again."""


def status(directory: Directory = USUAL, *, columns: Only = None, as_json: Json = False) -> None:
    """Show servers and services: running, process id, port, ready, records that wait, restarts.

    Also the dead letters, the held events (for `reporting`: those that wait for an earlier one of their stream), the
    pending commands, and when the newest fact was true and the newest record was made.

    \b
    Examples:
      forcegen status
      forcegen status --columns name,ready,lag,dead_letters
      forcegen status --directory /srv/forcegen --json
    \b
    Exit codes: 0 everything runs and is ready; 1 something does not, or nothing is here; 2 the command line is wrong.
    """
    if not home.Home.at(directory).mark.is_file():
        raise nothing_is_up(directory)
    tokens.remember(directory)
    servers = stack.status(directory)
    waiting, newest = what_waits.what_waits(directory) if servers.postgres.running else ({}, None)
    lines = [
        *(Line(one.name, one.running, one.pid, one.port, one.running) for one in (servers.kafka, servers.postgres)),
        *(_line(one, waiting.get(one.name)) for one in services.status(directory, local_system.SYSTEM)),
    ]
    if as_json:
        times = {name: _text(getattr(newest, name, None)) for name in ("fact", "record")}
        print_json({"parts": [asdict(line) for line in lines], "newest": times})
    else:
        _show(lines, columns)
        if columns is None and newest is not None:
            typer.echo(f"newest fact: {_at(newest.fact)}; newest record: {_at(newest.record)}")
    raise typer.Exit(DONE if all(line.running and line.ready for line in lines) else FAILED)


def _line(service: "services.ServiceStatus", waiting: "what_waits.Backlog | None") -> Line:
    waits = (None, None, None) if waiting is None else (waiting.dead_letters, waiting.held, waiting.pending)
    again = (service.restarts.times, str(service.restarts.last)) if service.restarts.times else (None, None)
    known = (service.name, service.running, service.pid, service.port, service.ready, service.problems)
    return Line(*known, *_lag(service), *waits, *again)


def _show(lines: list[Line], columns: str | None) -> None:
    shown = table(
        *("name", "running", number("pid"), number("port"), prose("ready"), number("lag"), number("dead_letters")),
        *(number("held"), number("pending"), number("restarts")),
    )
    for line in lines:
        lag = _count(line.lag) if line.says_lag else "?"
        waits = (_count(line.dead_letters), _count(line.held), _count(line.pending))
        shown.row(line.name, _yes(line.running), line.pid, line.port, _ready(line), lag, *waits, line.restarts)
    shown.show(columns)


def _ready(line: Line) -> str:
    """Whether it is ready, what it reports about itself, and when it was last restarted."""
    again = f" (it ended, and was started again at {line.restarted})" if line.restarts else ""
    return ": ".join([_yes(line.ready), *(["; ".join(line.problems)] if line.problems else [])]) + again


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _count(number_: int | None) -> str | None:
    return None if number_ is None else f"{number_:,}"


def _lag(service: "services.ServiceStatus") -> tuple[int | None, bool]:
    """The waiting records of all its consumers (None: it has none), and whether it answered."""
    if not service.running or service.port is None:
        return None, True
    try:
        consumers = http.get_json(f"http://{LOOPBACK}:{service.port}/v1/lag")
        return sum(int(one["records"]) for one in consumers.values()) if consumers else None, True
    except http.NotAtThisAddress:  # a process that reads no topic has no lag
        return None, True
    except (CommandError, AttributeError, KeyError, TypeError):
        return None, False


def _at(at: datetime | None) -> str:
    return "none" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
