"""Check a log, or one record of it, by the log's key as you noted it, and nothing that its keeper says.

    --key KEY [--since CHECKPOINT] DIRECTORY-OR-URL      an export, or a server
    --key KEY [--since CHECKPOINT] --bundle FILE         one record, offline

Exit codes: 0 all of it holds; 1 something is wrong, or cannot be read, and is named; 2 the command line is wrong.
"""

import argparse
import io
import os
import sys
from pathlib import Path

from .bundles import verify_bundle
from .findings import NotVerified, Verification, summary
from .places import kept_bundle, kept_note, reader
from .whole_log import verify


def main() -> int:
    """Run the verifier by itself, from the command line."""
    prog = "python -m verifier" if Path(sys.argv[0]).name == "__main__.py" else None
    parser = argparse.ArgumentParser(prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", nargs="?", help="an exported directory, or the address of an audit service; else `.`")
    parser.add_argument("--key", required=True, help="the log's key, as you noted it when you first met it")
    parser.add_argument("--since", type=Path, help="a file with the checkpoint that you kept")
    parser.add_argument("--bundle", type=Path, help="a file with the proof of one record, in place of a log")
    parser.add_argument("--token", help="the token that an audit service gives content for (or FORCEGEN_AUDIT_TOKEN)")
    arguments = parser.parse_args()
    if arguments.bundle is not None and arguments.place is not None:
        parser.error("--bundle is checked by itself: give a directory or an address without it")
    if arguments.place == "" or arguments.token == "":
        parser.error("the address, or --token, was given and is empty: leave it out, or set what it is to hold")
    if isinstance(sys.stdout, io.TextIOWrapper):  # escapes characters that the locale cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        since = None if arguments.since is None else kept_note(arguments.since)
        if arguments.bundle is not None:
            report = verify_bundle(kept_bundle(arguments.bundle), arguments.key, since)
        else:
            token = os.environ.get("FORCEGEN_AUDIT_TOKEN") if arguments.token is None else arguments.token
            report = verify(reader("." if arguments.place is None else arguments.place, token), arguments.key, since)
    except NotVerified as fault:
        report = Verification()
        report.wrong(str(fault))
    sys.stdout.write(summary(report))
    return 1 if report.findings else 0
