"""Kafka settings of an operation, checked before a client is opened. TLS and SASL come from `FORCEGEN_KAFKA_…`."""

import logging

from kernel.messaging import kafka
from kernel.runtime.settings import Settings
from operations.errors import OperationError


def kafka_settings(bootstrap: str) -> Settings:
    """The settings for a client of these brokers.

    Raises:
        OperationError: no client can be created with them, e.g. because a certificate cannot be read.
    """
    silence_client_log()
    settings = Settings(kafka_bootstrap=bootstrap)
    try:
        kafka.client(settings)
    except (OSError, ValueError) as error:
        raise OperationError(f"The settings FORCEGEN_KAFKA_… make no Kafka client: {error}.") from error
    return settings


def silence_client_log() -> None:
    """Silence aiokafka, which logs each failed connection; the error that follows reports it once."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL + 1)
