"""Kafka settings of an operation, checked before a client is opened. TLS and SASL come from `FORCEGEN_KAFKA_…`."""

import logging

from pydantic import SecretStr

from deploy.local.kafka_logins import KafkaLogin
from kernel.messaging import login
from kernel.runtime.settings import Settings
from operations.errors import OperationError


def of_local_login(bootstrap: str, login: KafkaLogin) -> Settings:
    """The settings of a client that logs in at the Kafka of this machine."""
    return Settings(
        kafka_bootstrap=bootstrap,
        kafka_security_protocol="SASL_PLAINTEXT",
        kafka_sasl_mechanism=login.mechanism,
        kafka_sasl_username=login.username,
        kafka_sasl_password=SecretStr(login.password),
    )


async def check_kafka(settings: Settings) -> None:
    """Check that the brokers let us in, if they are there.

    Raises:
        OperationError: no client can be created, e.g. because a certificate cannot be read, or the brokers refuse it.
    """
    silence_client_log()
    try:
        await login.check(settings)
    except login.LoginRefused as error:
        raise OperationError(str(error)) from error
    except (OSError, ValueError) as error:
        raise OperationError(f"The settings FORCEGEN_KAFKA_… make no Kafka client: {error}.") from error


def silence_client_log() -> None:
    """Silence aiokafka, which logs each failed connection; the error that follows reports it once."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL + 1)
