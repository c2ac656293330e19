"""Where the rooms of a directory are: the one thing that other programs read of it, with no secret in it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

QUERY = "query"
"""The name of the query API among the rooms."""
FILE = "rooms.json"


@dataclass(frozen=True)
class House:
    """Where everything is."""

    kafka_bootstrap: str
    urls: Mapping[str, str]
    """Of each room, by its name."""

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"


def house(directory: Path) -> House | None:
    """Where everything is, as the last `up` wrote it; None where nothing is up."""
    try:
        found = json.loads((directory / FILE).read_text())
        return House(str(found["kafka_bootstrap"]), dict(found["urls"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
