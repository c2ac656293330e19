"""Runs a server's short-lived tools (initdb, Kafka's format) to their end, or kills them if we are interrupted."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.launch import ENVIRONMENT

LINES_QUOTED = 12
POLL_SECONDS = 0.02


def run_to_end(
    command: list[str], place: Path, user: tuple[int, int] | None, stop_requested: Callable[[], bool]
) -> None:
    """Run a tool as that user, without our environment; if it fails, raise an error with its last output."""
    uid, gid = user or (None, None)
    with tempfile.TemporaryFile("w+") as output:
        tool = subprocess.Popen(  # noqa: S603
            command, cwd=place, env=ENVIRONMENT, user=uid, group=gid, extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        with tool:
            while tool.poll() is None:
                if stop_requested():
                    os.killpg(tool.pid, signal.SIGKILL)
                    raise StackError(f"{Path(command[0]).name} was interrupted")
                time.sleep(POLL_SECONDS)
        if tool.returncode:
            output.seek(0)
            words = "\n".join(output.read().splitlines()[-LINES_QUOTED:])
            raise StackError(f"{Path(command[0]).name} failed ({tool.returncode}) in {place}:\n{words}")
