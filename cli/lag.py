"""`forcegen lag`: how far each room is behind the topics that it reads."""

from collections.abc import Mapping
from typing import Any

from cli import ask
from cli.addresses import USUAL, Directory, house
from cli.terminal import number, results, row, table


def lag(directory: Directory = USUAL) -> None:
    """Show the records that wait, by room: the broker's end offset minus what the room has stored.

    \b
    Examples:
      forcegen lag
      watch forcegen lag
    \b
    Exit codes: 0 every room answered; 1 one did not.
    """
    shown = table("room", "consumer", number("records that wait"), number("behind since (s)"))
    for room, url in house(directory).urls.items():
        for consumer, told in _told(url).items():
            row(shown, (room, consumer, f"{told['records']:,}", f"{told['behind_seconds']:,.1f}"))
    results().print(shown)


def _told(url: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = ask.get_json(f"{url}/v1/lag")
    except ask.NotThere:  # a process that reads no topic has no lag
        return {}
    return found
