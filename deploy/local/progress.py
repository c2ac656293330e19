"""Progress for the user: from both servers' threads, one line at a time.

A closed pipe must not keep a server from being stopped, so a listener that is gone is not an error.
"""

import contextlib
import threading
from collections.abc import Callable

Progress = Callable[[str], None]


def quiet(_: str) -> None:
    """Discard progress: nobody listens."""


def one_at_a_time(listener: Progress) -> Progress:
    turn = threading.Lock()

    def report(text: str) -> None:
        with turn, contextlib.suppress(OSError):
            listener(text)

    return report
