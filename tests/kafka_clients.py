"""The arguments of every Kafka client that a test makes, in one place: the addresses, and how to log in.

TLS, name and password come from `FORCEGEN_KAFKA_…`, as a service's and the command line's do.
"""

import socket
import struct
from contextlib import suppress
from typing import Any, Final, TypeAlias

from aiokafka.conn import SaslPlainAuthenticator, ScramAuthenticator

from kernel.messaging import kafka
from kernel.runtime.settings import Settings

Options: TypeAlias = dict[str, Any]  # `Any`: each library has types of its own for its options
CONNECT_S: Final = 30
SASL_HANDSHAKE, SASL_AUTHENTICATE = 17, 36
LIBRDKAFKA: Final = {
    "security_protocol": "security.protocol",
    "sasl_mechanism": "sasl.mechanism",
    "sasl_plain_username": "sasl.username",
    "sasl_plain_password": "sasl.password",
}


def aiokafka(bootstrap: str) -> Options:
    """For clients of `aiokafka`."""
    return kafka.client(Settings(kafka_bootstrap=bootstrap))


def confluent(bootstrap: str) -> Options:
    """For clients of `confluent_kafka`, which is librdkafka."""
    options = aiokafka(bootstrap)
    login = {LIBRDKAFKA[name]: value for name, value in options.items() if name in LIBRDKAFKA and value is not None}
    return {"bootstrap.servers": ",".join(options["bootstrap_servers"]), **login}


def java(bootstrap: str) -> str:
    """Properties for clients that Kafka itself brings."""
    options = aiokafka(bootstrap)
    if not options["security_protocol"].startswith("SASL"):
        return ""
    kind = "plain.Plain" if options["sasl_mechanism"] == "PLAIN" else "scram.Scram"
    login = f'username="{options["sasl_plain_username"]}" password="{options["sasl_plain_password"]}"'
    return (
        f"security.protocol={options['security_protocol']}\nsasl.mechanism={options['sasl_mechanism']}\n"
        f"sasl.jaas.config=org.apache.kafka.common.security.{kind}LoginModule required {login};\n"
    )


def connected(address: str) -> socket.socket:
    """A connection for requests that a test writes by hand, logged in where the brokers ask for it."""
    options = aiokafka(address)
    host, _, port = options["bootstrap_servers"][0].rpartition(":")
    connection = socket.create_connection((host.strip("[]"), int(port)), CONNECT_S)
    try:
        if options["security_protocol"].startswith("SASL"):
            _log_in(connection, options)
    except BaseException:
        connection.close()
        raise
    return connection


def _log_in(connection: socket.socket, options: Options) -> None:
    """SaslHandshake and SaslAuthenticate of Kafka's protocol; the messages of the mechanism come from the library."""
    mechanism, name = options["sasl_mechanism"], options["sasl_plain_username"]
    _call(connection, SASL_HANDSHAKE, 1, _sized(mechanism.encode()))
    given = {"loop": None, "sasl_plain_username": name, "sasl_plain_password": options["sasl_plain_password"]}
    if mechanism == "PLAIN":
        messages = SaslPlainAuthenticator(**given).authenticator_plain()
    else:
        messages = ScramAuthenticator(**given, sasl_mechanism=mechanism).authenticator_scram()
    answer = None
    with suppress(StopIteration):
        while True:
            message, _ = messages.send(answer)
            body = _call(connection, SASL_AUTHENTICATE, 0, struct.pack(">i", len(message)) + message)
            _, said = struct.unpack_from(">hh", body)
            answer = body[4 + max(0, said) + 4 :]


def _call(connection: socket.socket, api: int, version: int, body: bytes) -> bytes:
    """The body of the answer; it begins with an error code in both requests of a login."""
    request = struct.pack(">hhi", api, version, 1) + _sized(b"by-hand") + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    with connection.makefile("rb") as answers:
        (length,) = struct.unpack(">i", answers.read(4))
        answer = answers.read(length)[4:]
    (code,) = struct.unpack_from(">h", answer)
    assert code == 0, f"Kafka refuses the login: error {code}"
    return answer


def _sized(text: bytes) -> bytes:
    return struct.pack(">h", len(text)) + text
