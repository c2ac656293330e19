"""Kafka connection settings: turns a service's settings into the security options of each client library."""

import asyncio
import re
import ssl
from contextlib import suppress
from ipaddress import AddressValueError, IPv6Address, ip_address
from typing import Final

from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from kernel.runtime.settings import Settings

PORT: Final = 9092
"""Kafka's default, for an address without a port."""
PORT_MAX: Final = 65_535
CONNECT_S: Final = 3.0
"""How long one address may take to accept a connection before it counts as silent."""
_ADDRESS = re.compile(r"(?:\[(?P<ipv6>[^\]]+)\]|(?P<host>[^:\s/@\[\]]+))(?::(?P<port>[0-9]{1,5}))?")
_SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def security(settings: Settings) -> BaseSecurity:
    """TLS and SASL as FastStream expects them.

    Raises:
        ValueError: a name and password are required and not set, or records would leave this machine unencrypted.
    """
    _refuse_plaintext(settings)
    context = _tls(settings) if settings.kafka_security_protocol.endswith("SSL") else None
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context)
    name, password = settings.kafka_sasl_username, settings.kafka_sasl_password
    if name is None or password is None:
        setting = f"FORCEGEN_KAFKA_SECURITY_PROTOCOL is {settings.kafka_security_protocol}"
        raise ValueError(f"{setting}: set FORCEGEN_KAFKA_SASL_USERNAME and FORCEGEN_KAFKA_SASL_PASSWORD")
    return _SASL[settings.kafka_sasl_mechanism](name, password.get_secret_value(), ssl_context=context)


def bootstrap(settings: Settings) -> list[str]:
    """The bootstrap brokers, each as `host:port`; a list, since some clients take a text with commas for one host.

    Each part between commas is `host`, `host:port`, an IPv6 address, or `[IPv6 address]:port`; white space is ignored.

    Raises:
        ValueError: a part has none of these forms, or there is no broker.
    """
    given = [address.strip() for address in settings.kafka_bootstrap.split(",")]
    if not any(given):
        raise ValueError("FORCEGEN_KAFKA_BOOTSTRAP names no broker: give host:port, several with commas between them")
    return [_written(*host_and_port(address)) for address in given if address]


def client(settings: Settings) -> dict[str, object]:
    """The arguments that every aiokafka client of a service is created with."""
    return {"bootstrap_servers": bootstrap(settings), **parse_security(security(settings))}


async def answering(settings: Settings) -> Settings:
    """The settings, with only those bootstrap brokers that accept a connection now; with all of them if none does.

    A client library waits for a silent host as long as for an answer, minutes for the relay, before it tries the next.
    """
    every = bootstrap(settings)
    reachable = await asyncio.gather(*map(takes_connections, every)) if len(every) > 1 else [True]
    addresses = [address for address, takes in zip(every, reachable, strict=True) if takes]
    return settings.model_copy(update={"kafka_bootstrap": ",".join(addresses or every)})


async def takes_connections(address: str) -> bool:
    """Whether a broker's address accepts a connection within `CONNECT_S`."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(*host_and_port(address))
        writer.close()
        return True
    return False


def _refuse_plaintext(settings: Settings) -> None:
    """Whoever can listen on the way reads every record, and may change what passes after the login."""
    protocol = settings.kafka_security_protocol
    if protocol.endswith("SSL"):
        return
    for address in bootstrap(settings):
        if not is_this_machine(host_and_port(address)[0]):
            raise ValueError(
                f"FORCEGEN_KAFKA_SECURITY_PROTOCOL is {protocol}, and the broker {address} is not on this machine:"
                " set it to SASL_SSL or SSL (docs/how-to/secure-kafka.md)"
            )


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine for certain; a name other than localhost may lead anywhere."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False  # a name: where it leads is not ours to say


def host_and_port(address: str) -> tuple[str, int]:
    """The two parts of one address.

    Raises:
        ValueError: it has none of the forms of `bootstrap`.
    """
    is_bare_ipv6 = address.count(":") > 1 and not address.startswith("[")
    parts = _ADDRESS.fullmatch(f"[{address}]" if is_bare_ipv6 else address)
    if parts is None or not 0 < int(parts["port"] or PORT) <= PORT_MAX:
        raise _no_address(address)
    if parts["ipv6"]:
        try:
            IPv6Address(parts["ipv6"])
        except AddressValueError:
            raise _no_address(address) from None
    return parts["ipv6"] or parts["host"], int(parts["port"] or PORT)


def _no_address(address: str) -> ValueError:
    return ValueError(f"FORCEGEN_KAFKA_BOOTSTRAP: {address!r} is no broker's address: write host:port, or [IPv6]:port")


def _written(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _tls(settings: Settings) -> ssl.SSLContext:
    """The CA certificates of the system, or those of a file; and our own certificate if one is set."""
    context = ssl.create_default_context(cafile=settings.kafka_ca_file)
    if settings.kafka_cert_file is not None:
        context.load_cert_chain(settings.kafka_cert_file, settings.kafka_key_file)
    return context
