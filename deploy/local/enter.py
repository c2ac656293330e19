"""A service's first step: `python -P enter.py SETTINGS MODULE` takes its settings from a file, then is that module.

The file is owner-only, and so a password is never an argument that every user of the machine could list.
Run by path (`-P` keeps this folder off the module path), so that this checkout's services are found from any place.
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
