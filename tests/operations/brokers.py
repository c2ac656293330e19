"""What a broker lets a principal do, tried by Kafka's own requests: each answer is an error code, 0 where it is let."""

import asyncio
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal, TypeAlias

from deploy.local.kafka_logins import KafkaLogin
from tests import kafka_clients
from tests.raw_produce import batch
from tests.servers import PASSWORD, logged_in

Try: TypeAlias = Literal["write", "read", "describe"]
PRODUCE, FETCH, METADATA = 0, 1, 3
NONE, TOPIC_AUTHORIZATION_FAILED = 0, 29


class Principal:
    """One connection of a principal; requests by hand, so that no client library hides or repeats a refusal."""

    def __init__(self, bootstrap: str, login: KafkaLogin) -> None:
        with logged_in(login.as_environment()):
            self._connection = kafka_clients.connected(bootstrap)

    def close(self) -> None:
        self._connection.close()

    def tries(self, what: Try, topic: str) -> int:
        """The broker's error code."""
        return {"write": self.write, "read": self.read, "describe": self.describe}[what](topic)

    def write(self, topic: str) -> int:
        data = batch([(b"k", b"tried", [])])
        body = struct.pack(">hhii", -1, -1, 10_000, 1) + _text(topic) + struct.pack(">iii", 1, 0, len(data)) + data
        answer = self._call(PRODUCE, 7, body)
        return _code(answer, 4 + len(_text(topic)) + 4 + 4)

    def read(self, topic: str) -> int:
        body = struct.pack(">iiiibi", -1, 0, 0, 1_000, 0, 1) + _text(topic) + struct.pack(">iiqi", 1, 0, 0, 1_000)
        answer = self._call(FETCH, 4, body)
        return _code(answer, 4 + 4 + len(_text(topic)) + 4 + 4)

    def describe(self, topic: str) -> int:
        answer = self._call(METADATA, 4, struct.pack(">i", 1) + _text(topic) + b"\0")
        at = 4  # throttle time; then the brokers, the cluster's id and the controller, and the topic
        (brokers,) = struct.unpack_from(">i", answer, at)
        at += 4
        for _ in range(brokers):
            at = _behind_text(answer, at + 4) + 4
            at = _behind_text(answer, at)
        at = _behind_text(answer, at) + 4
        return _code(answer, at + 4)

    def _call(self, api: int, version: int, body: bytes) -> bytes:
        request = struct.pack(">hhi", api, version, 1) + _text("by-hand") + body
        self._connection.sendall(struct.pack(">i", len(request)) + request)
        with self._connection.makefile("rb") as answers:
            head = answers.read(4)
            if len(head) < 4:
                raise EOFError("the broker closed the connection")
            return answers.read(*struct.unpack(">i", head))[4:]


def _text(text: str) -> bytes:
    return struct.pack(">h", len(text.encode())) + text.encode()


def _behind_text(answer: bytes, at: int) -> int:
    (length,) = struct.unpack_from(">h", answer, at)
    return int(at + 2 + max(0, length))


def _code(answer: bytes, at: int) -> int:
    (code,) = struct.unpack_from(">h", answer, at)
    return int(code)


@contextmanager
def as_principal(bootstrap: str, name: str, password: str = PASSWORD) -> Iterator[Principal]:
    """The connection of one principal."""
    principal = Principal(bootstrap, KafkaLogin(name, password))
    try:
        yield principal
    finally:
        principal.close()


SETTLES_S: Final = 30.0


async def until(holds: Callable[[], bool], within_s: float = SETTLES_S) -> bool:
    """Whether it comes to hold: a broker hears of an ACL a moment after the administrator is answered."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not holds():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True
