"""The addresses of a directory's servers and services, in a file for other programs, without secrets."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "endpoints.json"


@dataclass(frozen=True)
class Endpoints:
    """The address of each server and service."""

    kafka_bootstrap: str
    urls: Mapping[str, str]
    """The URL of each service, by its name."""

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"


def read_endpoints(directory: Path) -> Endpoints | None:
    """The endpoints, as the last `up` wrote them; None if nothing is up."""
    try:
        content = json.loads((directory / FILE).read_text())
        return Endpoints(str(content["kafka_bootstrap"]), dict(content["urls"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
