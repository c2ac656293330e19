"""Checks whether it is our Kafka and it serves, by a request in Kafka's protocol: an open port proves neither.

The request is one Metadata request (version 2, the first to name the cluster), built by hand: it is forty bytes, and
a client library would retry, log and keep threads when we only need a yes or no.
"""

import socket
import struct

METADATA, VERSION, CORRELATION = 3, 2, 7
ANSWER_BYTES_MAX = 64 * 1024
TIMEOUT_SECONDS = 2.0


def serves(host: str, port: int, cluster: str) -> bool:
    """Whether a broker of that cluster is registered and answers."""
    try:
        with socket.create_connection((host, port), TIMEOUT_SECONDS) as connection:
            no_client_name, no_topics = -1, 0
            request = struct.pack(">hhihi", METADATA, VERSION, CORRELATION, no_client_name, no_topics)
            connection.sendall(struct.pack(">i", len(request)) + request)
            with connection.makefile("rb") as answer:
                (length,) = struct.unpack(">i", answer.read(4))
                return 0 < length <= ANSWER_BYTES_MAX and _names(answer.read(length), cluster)
    except (OSError, struct.error):
        return False


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
