"""The command line of the fuzzer that reads an OpenAPI document and sends whatever it allows and forbids.

One worker: before Python 3.12 all threads that parse source at once share one count of recursion, and the fuzzer,
which describes its own functions by parsing them, fails then (CPython issue 106905).
"""

import os
import sys
from collections.abc import Sequence

from tests.system import BEARER

__all__ = ["ENVIRONMENT", "PHASES", "command"]

ENVIRONMENT = {name: text for name, text in os.environ.items() if name in ("HOME", "LANG", "PATH", "TMPDIR")}
"""Of the fuzzer's process. Its HTTP library looks for proxies in it with each of thousands of requests, and walks
through all of it: a tenth of the fuzzer's CPU time."""

PHASES = ("examples", "coverage", "fuzzing")
"""The document's own examples, the edges of every field one by one, and values at random."""
_OPTIONS = (
    *("--seed", "1", "--generation-deterministic"),
    *("--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"),
    *("--workers", "1", "--warnings", "off", "--no-color", "--max-failures", "5", "--request-timeout", "120"),
)


def command(url: str, *, examples: int, excluded_paths: Sequence[str], phases: Sequence[str] = PHASES) -> list[str]:
    """What to run for the document of the service at `url`: `examples` requests of each operation that is not excluded.

    It ends with 0 if no answer is a server's fault and each has a status, media type and body that the document has.
    """
    excluded = [part for path in excluded_paths for part in ("--exclude-path", path)]
    document = f"{url}/openapi.json"
    limits = (
        "--phases",
        ",".join(phases),
        "--max-examples",
        str(examples),
        "--header",
        f"Authorization: {BEARER['Authorization']}",
    )
    return [sys.executable, "-m", "schemathesis.cli", "run", document, *_OPTIONS, *limits, *excluded]
