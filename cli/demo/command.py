"""`forcegen demo`: starts a system, sends it a true story, queries the reports, and stops the system."""

import signal
import sys
import threading
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer

from cli.connect import tokens
from cli.connect.endpoints import kafka
from cli.output import addresses
from cli.output.terminal import notices, progress_line
from deploy.local import services
from operations.kafka_users import CLI
from operations.local_system import SYSTEM

USUAL: Final = Path(".forcegen-demo")

Place = Annotated[Path, typer.Option("--directory", "-d", help="Where the demo keeps its data.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave everything running, to look at it.")]


def demo(directory: Place = USUAL, *, keep: Keep = False) -> None:
    """Send Kazakhstan's years in UN peacekeeping, 2013-2024, to a system of its own, and show its reports.

    Kafka, Postgres and every service are started on this machine; the story's commands go in as other systems would
    send them, over Kafka and parliament's over HTTP, each signed with the key of its office; the reports are checked
    against the public record. Run again, it gives the same answers.

    \b
    Examples:
      forcegen demo
      forcegen demo --keep
    \b
    Exit codes: 0 every number is that of the public record; 1 one is not, or something failed; 3 no answer in time.
    """
    run = import_module("cli.demo.run")  # the services' own code: too much for `forcegen --help` to load
    keep = keep or any(service.running for service in services.status(directory, SYSTEM))
    _end_on_sigterm()
    try:
        with progress_line("demo") as report:
            system = services.up(directory, _with_producers(), progress=report)
            tokens.remember(directory)
            keys = import_module("cli.demo.producers").made(directory).keys
            result = run.gather(system, kafka(None, directory, CLI), report, keys)
        run.show(result)
        if keep:
            addresses.show(system, directory)
    finally:
        if not keep:
            with progress_line("stopping") as report:
                services.down(directory, SYSTEM, progress=report)
    _farewell(directory, keep=keep)


def _with_producers() -> services.System:
    """The system whose archive knows the keys of the story's offices."""
    made = import_module("cli.demo.producers").made
    return replace(SYSTEM, settings=lambda directory: {**SYSTEM.settings(directory), **made(directory).settings})


def _end_on_sigterm() -> None:
    """Make SIGTERM end the demo as Ctrl-C does: by stopping the system."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def _farewell(directory: Path, *, keep: bool) -> None:
    text = (
        f"everything is left running; `forcegen down --directory {directory}` stops it"
        if keep
        else f"nothing is left running; the data is in {directory}, and `forcegen demo --keep` leaves it up to look at"
    )
    notices().print(text, soft_wrap=True)
