"""`forcegen demo`: starts a system, sends it a true story, queries the reports, and stops the system."""

import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.connect import tokens
from cli.lazy import at_first_use
from cli.output.terminal import notices, progress_line
from deploy.local.endpoints import Endpoints
from deploy.service_names import QUERY
from operations.kafka_users import CLI

with at_first_use():
    from cli.connect import brokers
    from cli.demo import golden, producers, run
    from cli.output import addresses
    from deploy import access
    from deploy.local import services
    from operations import demo_clock, local_producers, local_system

USUAL: Final = Path(".forcegen-demo")

Place = Annotated[Path, typer.Option("--directory", "-d", help="Where the demo keeps its data.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave everything running, to look at it.")]


def demo(directory: Place = USUAL, *, keep: Keep = False) -> None:
    """Send Kazakhstan's years in UN peacekeeping, 2013-2024, to a system of its own, and show its reports.

    Kafka, Postgres and every service are started on this machine; the story's commands go in as other systems would
    send them, over Kafka and over HTTP, each signed by its office, which is registered with its key; the reports are
    checked against the public record. Run again, it gives the same answers.

    \b
    Examples:
      forcegen demo
      forcegen demo --keep
    \b
    Exit codes: 0 every number is that of the public record; 1 one is not, or something failed; 3 no answer in time.
    """
    keep = keep or any(service.running for service in services.status(directory, local_system.SYSTEM))
    _end_on_sigterm()
    try:
        with progress_line("demo") as report:
            to_start = demo_clock.with_demo_clock(_with_producers(), directory)
            system = services.up(directory, to_start, progress=report)
            tokens.remember(directory)
            signers = producers.signers(producers.made(directory), has_demo_clock=demo_clock.is_on(directory))
            result = run.gather(system, brokers.kafka(None, directory, CLI), report, signers)
        run.show(result)
        if keep:
            addresses.show(system, directory)
    finally:
        if not keep:
            with progress_line("stopping") as report:
                services.down(directory, local_system.SYSTEM, progress=report)
    _farewell(system, directory, keep=keep)


def _with_producers() -> "services.System":
    """The system with the story's offices in its register of producers, and no other register."""
    made, settings_of = producers.made, local_producers.settings_of
    return replace(
        local_system.SYSTEM,
        settings=lambda directory: {**settings_of(made(directory)), **access.settings_here(directory)},
    )


def _end_on_sigterm() -> None:
    """Make SIGTERM end the demo as Ctrl-C does: by stopping the system."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def _farewell(system: Endpoints, directory: Path, *, keep: bool) -> None:
    if keep:
        text = f"everything is left running; `forcegen down --directory {directory}` stops it"
    else:
        text = (
            f"nothing is left running; the data is in {directory}, and `forcegen demo --keep` leaves it up to look at"
        )
    notices().print(text, soft_wrap=True)
    for line in signature_way(system.urls[QUERY], directory, keep=keep):
        notices().print(line, soft_wrap=True)


def signature_way(query: str, directory: Path, *, keep: bool) -> Sequence[str]:
    """Where the way from a number to its originator's signature begins."""
    first = "" if keep else "`forcegen demo --keep`, "
    return (
        f"From a number to its originator's signature: {first}sign in, open {query}/?as_of={golden.AS_OF}, and click",
        "15 people, an event (show), its record in the archive, its command. What you take away proves it offline:",
        f'  forcegen verify-event FILE --operators "$(cat {local_producers.operators_file(directory)})"',
    )
