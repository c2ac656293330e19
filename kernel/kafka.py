"""How a room reaches Kafka: one place turns settings into what each client library calls its security."""

import ssl
from typing import Any

from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from kernel.settings import Settings

_SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}


def security(settings: Settings) -> BaseSecurity:
    """TLS and SASL as FastStream takes them.

    Raises:
        ValueError: a name and password are asked for and not given.
    """
    context = _tls(settings) if settings.kafka_security_protocol.endswith("SSL") else None
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context)
    name, password = settings.kafka_sasl_username, settings.kafka_sasl_password
    if name is None or password is None:
        told = f"FORCEGEN_KAFKA_SECURITY_PROTOCOL is {settings.kafka_security_protocol}"
        raise ValueError(f"{told}: set FORCEGEN_KAFKA_SASL_USERNAME and FORCEGEN_KAFKA_SASL_PASSWORD")
    return _SASL[settings.kafka_sasl_mechanism](name, password.get_secret_value(), ssl_context=context)


def client(settings: Settings) -> dict[str, Any]:
    """What every aiokafka client of a room begins with."""
    return {"bootstrap_servers": settings.kafka_bootstrap, **parse_security(security(settings))}


def _tls(settings: Settings) -> ssl.SSLContext:
    """Certificates of the system, or those of a file; ours as well where the broker asks for one."""
    context = ssl.create_default_context(cafile=settings.kafka_ca_file)
    if settings.kafka_cert_file is not None:
        context.load_cert_chain(settings.kafka_cert_file, settings.kafka_key_file)
    return context
