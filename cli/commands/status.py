"""`forcegen status`: what runs, where, whether it is ready, and how far behind it is."""

import typer

from cli.connect import http, tokens
from cli.connect.endpoints import USUAL, Directory
from cli.output.errors import DONE, FAILED, CommandError
from cli.output.terminal import number, results, row, table
from deploy.local import services, stack
from deploy.local.ports import LOOPBACK
from operations.local_system import SYSTEM


def status(directory: Directory = USUAL) -> None:
    """Show servers and services: running, process id, port, ready, records that wait, restarts.

    \b
    Examples:
      forcegen status
      forcegen status --directory /srv/forcegen
    \b
    Exit codes: 0 everything runs and is ready; 1 something does not.
    """
    tokens.remember(directory)
    servers, statuses = stack.status(directory), services.status(directory, SYSTEM)
    shown = table("name", "running", number("pid"), number("port"), "ready", number("lag"), number("restarts"))
    for server in (servers.kafka, servers.postgres):
        row(shown, (server.name, _yes(server.running), server.pid, server.port, _yes(server.running), None, None))
    for service in statuses:
        ready, restarts = _ready(service), service.restarts.times or None
        row(shown, (service.name, _yes(service.running), service.pid, service.port, ready, _lag(service), restarts))
    results().print(shown)
    whole = servers.kafka.running and servers.postgres.running and all(service.ready for service in statuses)
    raise typer.Exit(DONE if whole else FAILED)


def _ready(service: services.ServiceStatus) -> str:
    """Whether it is ready, what it reports about itself, and when it was last restarted."""
    again = f" (it ended, and was started again at {service.restarts.last})" if service.restarts.times else ""
    return ": ".join([_yes(service.ready), *(["; ".join(service.problems)] if service.problems else [])]) + again


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


def _lag(service: services.ServiceStatus) -> str | None:
    """Waiting records of all its consumers; `?` if the service does not report them."""
    if not service.running or service.port is None:
        return None
    try:
        consumers = http.get_json(f"http://{LOOPBACK}:{service.port}/v1/lag")
        return f"{sum(one['records'] for one in consumers.values()):,}" if consumers else None
    except http.NotAtThisAddress:  # a process that reads no topic has no lag
        return None
    except (CommandError, AttributeError, KeyError, TypeError):
        return "?"
