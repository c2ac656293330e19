"""Signals request an end instead of interrupting the middle of a start.

While servers start, Ctrl-C and SIGTERM only set a flag that every wait checks. Once everything that was started is
stopped, the signal takes its usual effect. A second Ctrl-C changes nothing: the stop is bounded.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def heeded() -> Iterator[Callable[[], bool]]:
    """Yields a check whether an end was requested. Outside the main thread no signal arrives; nothing is changed."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    received: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        received.append(number)

    # A signal that our parent process chose to ignore (a background job's Ctrl-C) stays ignored.
    heard = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in heard}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
        if received:
            signal.raise_signal(signal.Signals(received[0]))
