"""`forcegen up`: Kafka, Postgres and every service on this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cli.connect import tokens
from cli.connect.endpoints import USUAL, Directory
from cli.lazy import at_first_use
from cli.output.errors import CommandError
from cli.output.terminal import progress_line
from deploy.local.endpoints import Endpoints
from operations.kafka_users import CLI

with at_first_use():
    from cli.connect import brokers
    from cli.demo import producers, run
    from cli.output import addresses
    from deploy.local import services
    from operations import demo_clock, local_keys, local_system

Story = Annotated[bool, typer.Option("--story", help="Send the demo's story too, so that there is something to see.")]


def up(directory: Directory = USUAL, *, story: Story = False) -> None:
    """Start Kafka, Postgres and every service on this machine; what runs already stays.

    The first time, Kafka's jars are fetched once. Needs no container engine, no Java, no root.

    \b
    Examples:
      forcegen up
      forcegen up --story
      forcegen up --directory /srv/forcegen
    \b
    A process that ends by itself later is restarted; `forcegen status` shows that.

    \b
    Exit codes: 0 everything is ready; 1 it could not be started (nothing that was begun is left), or something runs and
    is not ready yet (all of it stays up), or the books contradict the story; 3 the story got no
    answer in time.
    """
    with progress_line("starting") as report:
        local = local_system.SYSTEM
        to_start = demo_clock.with_demo_clock(local, directory) if story else local
        system = services.up(directory, to_start, progress=report)
        tokens.remember(directory)
        if late := [service for service in services.status(directory, local_system.SYSTEM) if not service.ready]:
            addresses.show(system, directory)
            reasons = [*map(_late, late), "All of it stays up: `forcegen status` says when it is ready."]
            raise CommandError("\n".join(reasons))
        if story:
            _send_story(system, directory, report)
    addresses.show(system, directory)


def _send_story(system: Endpoints, directory: Path, report: Callable[[str], None]) -> None:
    if local_keys.keys_in_force(directory) is None:
        remedy = "Run `forcegen up --story` without FORCEGEN_PRODUCERS."
        raise CommandError(f"The story's offices are not in the register of FORCEGEN_PRODUCERS. {remedy}")
    signers = producers.signers(producers.made(directory), has_demo_clock=demo_clock.is_on(directory))
    if not signers.has_demo_clock:
        report("this system runs without the clock of a demo: the story is put on record as of now")
    run.send_story(system, brokers.kafka(None, directory, CLI), report, signers)


def _late(service: "services.ServiceStatus") -> str:
    why = "; ".join(service.problems) or "it does not say why"
    return f"{service.name} runs and is not ready: {why}. Its log is {service.log}."
