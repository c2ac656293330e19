"""Tells "the brokers refuse us" from "the brokers are not there": the first is reported at once, not waited for.

A client library says of both only that it could not bootstrap. So this module connects to one broker itself, with the
same settings, and looks at which step failed.
"""

import asyncio
import ssl
from typing import Final

from aiokafka.conn import create_conn
from aiokafka.errors import IllegalSaslStateError, KafkaConnectionError, KafkaError, UnsupportedSaslMechanismError
from aiokafka.protocol.metadata import MetadataRequest

from kernel.messaging import kafka
from kernel.runtime.settings import Settings

ANSWERS_WITHIN_MS: Final = 10_000
CLOSED_TIMES_MAX: Final = 3
"""A broker that starts or stops closes connections too; one that closes so many in a row refuses them."""
CLOSED_PAUSE_S: Final = 0.5


class LoginRefused(Exception):
    """A broker answers and refuses the connection; the message names the settings to look at, never a password."""


class _Closed(Exception):
    """The broker took the connection, and closed it before it answered anything that needs a login."""


async def check(settings: Settings) -> None:
    """Log in at the first bootstrap broker that takes connections; returns also if none does.

    Raises:
        LoginRefused: that broker refuses the name, the password, the mechanism or the protocol.
        ValueError: the settings make no client.
    """
    kafka.client(settings)  # what makes no client is refused, whoever answers
    for address in kafka.bootstrap(settings):
        for _ in range(CLOSED_TIMES_MAX):
            if not await kafka.takes_connections(address):
                break
            try:
                return await _log_in(settings, address)
            except _Closed:
                await asyncio.sleep(CLOSED_PAUSE_S)
        else:
            raise LoginRefused(_of_protocol(settings, address))
    return None


async def at_start(settings: Settings) -> None:
    """End the process with one line, before it does anything, if its settings lead to no login.

    Raises:
        SystemExit: no client can be made of the settings, or the brokers refuse it; the message has the remedy.
    """
    try:
        await check(settings)
    except (LoginRefused, ValueError, OSError) as fault:
        raise SystemExit(f"Kafka: {fault}") from fault


async def _log_in(settings: Settings, address: str) -> None:
    host, port = kafka.host_and_port(address)
    options = {name: value for name, value in kafka.client(settings).items() if name != "bootstrap_servers"}
    try:
        connection = await create_conn(host, port, request_timeout_ms=ANSWERS_WITHIN_MS, **options)
    except ssl.SSLError as fault:
        raise LoginRefused(_of_tls(address, fault)) from fault
    except (KafkaConnectionError, OSError, TimeoutError) as fault:
        raise _Closed from fault
    except KafkaError as fault:
        raise LoginRefused(_of_login(settings, address, fault)) from fault
    try:  # a broker that demands a login closes the connection of everybody else at the first real request
        await connection.send(MetadataRequest([]))
    except (KafkaError, TimeoutError) as fault:
        raise _Closed from fault
    finally:
        connection.close()


def _of_tls(address: str, fault: ssl.SSLError) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return (
            f"The certificate of the broker at {address} is not trusted ({fault.verify_message}): set"
            " FORCEGEN_KAFKA_CA_FILE to the authorities that signed it, and use the name that it was given."
        )
    return (
        f"The broker at {address} does not speak TLS with us ({fault.reason}): compare FORCEGEN_KAFKA_SECURITY_PROTOCOL"
        " and FORCEGEN_KAFKA_CERT_FILE with what its listener demands."
    )


def _of_protocol(settings: Settings, address: str) -> str:
    return (
        f"The broker at {address} closes the connection: FORCEGEN_KAFKA_SECURITY_PROTOCOL is"
        f" {settings.kafka_security_protocol}, and its listener demands another one."
    )


def _of_login(settings: Settings, address: str, fault: KafkaError) -> str:
    mechanism = settings.kafka_sasl_mechanism
    if isinstance(fault, UnsupportedSaslMechanismError):
        return f"The broker at {address} does not take {mechanism}: set FORCEGEN_KAFKA_SASL_MECHANISM to one it takes."
    if isinstance(fault, IllegalSaslStateError):
        return _of_protocol(settings, address)
    return (
        f"The broker at {address} refuses the name or the password of {settings.kafka_sasl_username!r}: look at"
        " FORCEGEN_KAFKA_SASL_USERNAME and FORCEGEN_KAFKA_SASL_PASSWORD, and whether that user exists there."
    )
