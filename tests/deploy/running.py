"""What the tests of the local servers share: a start in a process of its own, and which processes there are."""

from pathlib import Path

import psutil

REPOSITORY = Path(__file__).parents[2]
# Whoever runs the tests in the background hands an ignored SIGINT down; a terminal does not.
UP = """
import pathlib, signal, sys
from deploy.local import stack
signal.signal(signal.SIGINT, signal.default_int_handler)
stack.up(pathlib.Path(sys.argv[1]), progress=print)
"""


def processes_of(directory: Path) -> list[psutil.Process]:
    """Everything alive that works in the directory, or in the Postgres data it points to."""
    places = [str(directory.resolve()), str((directory / "postgres").resolve())]
    alive = [one for one in psutil.process_iter(["cwd", "status"]) if one.info["status"] != psutil.STATUS_ZOMBIE]
    return [one for one in alive if any((one.info["cwd"] or "").startswith(place) for place in places)]
