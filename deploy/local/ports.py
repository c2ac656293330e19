"""Chooses ports: a server keeps its previous port; the first time it takes the usual one, if that is free.

A port is free if we can bind it on the loopback address, as the server is about to do.
"""

import secrets
import socket
from collections.abc import Sequence

from deploy.local.errors import StackError

LOOPBACK = "127.0.0.1"
# Below the kernel's ephemeral range, so that a port chosen today is free tomorrow.
FALLBACK = range(20_000, 32_000)
TRIES_MAX = 200


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose(remembered: Sequence[int], usual: Sequence[int]) -> tuple[int, ...]:
    """A free port for each usual one: the remembered port, else the usual one, else any."""
    chosen: list[int] = []
    wanted = remembered if len(remembered) == len(usual) else usual
    for last, habit in zip(wanted, usual, strict=True):
        candidates = [last, habit, *(secrets.choice(FALLBACK) for _ in range(TRIES_MAX))]
        port = next((one for one in candidates if one not in chosen and is_free(one)), None)
        if port is None:
            raise StackError(f"no free port on {LOOPBACK}: tried {last}, {habit} and {TRIES_MAX} others")
        chosen.append(port)
    return tuple(chosen)
