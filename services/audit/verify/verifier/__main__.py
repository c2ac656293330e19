"""`python -m verifier`, from the directory that the folder was copied into."""

import sys

if not __package__:
    sys.stderr.write("Run `python -m verifier` in the directory that holds this folder.\n")
    sys.exit(2)

from .command_line import main

sys.exit(main())
