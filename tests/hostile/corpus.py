"""The inputs that are kept: one file a target, one input a line in hexadecimal, so that they are text like the rest."""

from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).with_name("corpus")


def kept(target: str) -> list[bytes]:
    """The inputs of a target; none where it has no file yet."""
    path = FOLDER / f"{target}.hex"
    return [bytes.fromhex(line) for line in path.read_text().split()] if path.exists() else []


def keep(target: str, inputs: Iterable[bytes]) -> None:
    """Write them anew, the shortest first, each once."""
    FOLDER.mkdir(exist_ok=True)
    lines = sorted({one.hex() for one in inputs if one}, key=lambda line: (len(line), line))
    (FOLDER / f"{target}.hex").write_text("".join(f"{line}\n" for line in lines))
