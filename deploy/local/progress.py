"""Progress for the user: from both servers' threads, one line at a time.

A listener that is gone (a closed pipe) must not keep a server from being stopped, so its silence is not an error.
"""

import contextlib
import threading
from collections.abc import Callable

Progress = Callable[[str], None]


def quiet(_: str) -> None:
    """Nobody listens."""


def one_at_a_time(listener: Progress) -> Progress:
    turn = threading.Lock()

    def report(text: str) -> None:
        with turn, contextlib.suppress(OSError):
            listener(text)

    return report
