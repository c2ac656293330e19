"""A system in a directory, as its users run it: the console script, and the processes alive there."""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from deploy.local import kafka, postgres

REPOSITORY = Path(__file__).parents[1]
STARTING = ("up", "demo")
"""The commands that start servers."""


def forcegen(command: str, directory: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the console script as a process of its own, which starts servers as this process does."""
    words = command.split()
    script = "from cli.main import main; main()"
    if words[0] in STARTING:
        ours = f"kafka.JVM = {kafka.JVM}; postgres.SETTINGS = {postgres.SETTINGS}"
        script = f"from deploy.local import kafka, postgres; {ours}; {script}"
    program = [sys.executable, "-c", script, *words, "--directory", str(directory)]
    environment = {name: text for name, text in os.environ.items() if not name.startswith("FORCEGEN_")}
    return subprocess.run(
        [*program, *arguments],
        cwd=REPOSITORY,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def alive_in(directory: Path) -> list[psutil.Process]:
    """Every process that runs in the directory, or in the Postgres data directory that it points to."""
    places = [str(directory.resolve()), str((directory / "postgres").resolve())]
    alive = [one for one in psutil.process_iter(["cwd", "status"]) if one.info["status"] != psutil.STATUS_ZOMBIE]
    return [one for one in alive if any((one.info["cwd"] or "").startswith(place) for place in places)]
