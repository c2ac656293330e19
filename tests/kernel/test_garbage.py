"""Services collect cycles seldom, and never among what they have imported."""

import subprocess
import sys

PROGRAM = """
import gc
from kernel.runtime.garbage import OBJECTS
from kernel.runtime.process import main
from kernel.runtime.settings import Settings

async def service():
    assert gc.get_threshold()[0] == OBJECTS
    assert gc.get_freeze_count() > OBJECTS
    ring = []
    ring.append(ring)
    del ring
    assert gc.isenabled() and gc.collect() >= 1
    print("served")

main(service(), Settings())
"""


def test_given_the_main_of_a_service_then_its_imports_are_frozen_and_cycles_are_still_collected() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "served\n"), ran.stderr
