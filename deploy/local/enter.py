"""A service's entry point: `python -P enter.py SETTINGS MODULE` reads settings from a file, then runs the module.

The file is owner-only, so a password is never an argument that every user of the machine could list. It is run by path
(`-P` keeps this directory off the module path), so that this checkout's services can be imported from any directory.
"""

import json
import os
import runpy
import sys
from pathlib import Path


def main() -> None:
    settings, module = sys.argv[1:]
    os.environ.update(json.loads(Path(settings).read_text()))
    sys.path.insert(0, str(Path(__file__).parents[2]))
    sys.argv[:] = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
