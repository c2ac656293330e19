"""Checks whether it is our Kafka and it serves, by requests in Kafka's protocol: an open port proves neither.

The requests are built by hand: a login (SaslHandshake version 1, SaslAuthenticate version 0 with PLAIN, RFC 4616) and a
Metadata request (version 2, the first to name the cluster). They are a hundred bytes, and a client library would retry,
log and keep threads when we only need a yes or no.
"""

import socket
import struct

METADATA, SASL_HANDSHAKE, SASL_AUTHENTICATE = 3, 17, 36
CORRELATION = 7
ILLEGAL_SASL_STATE = 34
ANSWER_BYTES_MAX = 64 * 1024
TIMEOUT_SECONDS = 2.0


class NoLogin(Exception):
    """A broker answers whose listener takes no logins."""


def serves(host: str, port: int, cluster: str, user: str, password: str) -> bool:
    """Whether a broker of that cluster is registered, takes this login and answers.

    Raises:
        NoLogin: its listener takes no logins.
    """
    try:
        with socket.create_connection((host, port), TIMEOUT_SECONDS) as connection:
            mechanism = b"PLAIN"
            answer = _call(connection, SASL_HANDSHAKE, 1, struct.pack(">h", len(mechanism)) + mechanism)
            if _error(answer) == ILLEGAL_SASL_STATE:
                raise NoLogin
            login = f"\0{user}\0{password}".encode()
            refused = _error(answer) or _error(
                _call(connection, SASL_AUTHENTICATE, 0, struct.pack(">i", len(login)) + login)
            )
            no_topics = struct.pack(">i", 0)
            return not refused and _names(_call(connection, METADATA, 2, no_topics), cluster)
    except (OSError, struct.error):
        return False


def _call(connection: socket.socket, api: int, version: int, body: bytes) -> bytes:
    """The answer, correlation id first; empty if it is longer than any we expect."""
    no_client_name = -1
    request = struct.pack(">hhih", api, version, CORRELATION, no_client_name) + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    with connection.makefile("rb") as answer:
        (length,) = struct.unpack(">i", answer.read(4))
        return answer.read(length) if 0 < length <= ANSWER_BYTES_MAX else b""


def _error(answer: bytes) -> int:
    _, code = struct.unpack_from(">ih", answer)
    return int(code)


def _names(answer: bytes, cluster: str) -> bool:
    correlation, brokers = struct.unpack_from(">ii", answer)
    at = 8
    for _ in range(brokers):
        at += 4  # node id
        at += 2 + struct.unpack_from(">h", answer, at)[0]  # host
        at += 4  # port
        at += 2 + max(0, struct.unpack_from(">h", answer, at)[0])  # rack, or -1 for none
    (length,) = struct.unpack_from(">h", answer, at)
    return correlation == CORRELATION and brokers > 0 and answer[at + 2 : at + 2 + length] == cluster.encode()
