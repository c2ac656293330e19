"""Data of a Kafka of before everybody logged in: it is kept, and gets logins; while that Kafka runs, it says so."""

import contextlib
import socket
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local import kafka as local_kafka
from deploy.local import stack
from kernel.messaging import kafka, login
from kernel.runtime.settings import Settings
from tests.deploy.test_local_stack import TOPIC, directory, made_topic, topics

__all__ = ["directory"]
pytestmark = pytest.mark.servers
OF_LOGINS = ("sasl", "authorizer", "super.users", "allow.everyone", "reauth")
WITHOUT_LOGINS = "".join(
    line.replace("SASL_PLAINTEXT", "PLAINTEXT")
    for line in local_kafka.SETTINGS.splitlines(keepends=True)
    if not any(word in line for word in OF_LOGINS)
)
"""The settings of Kafka before everybody logged in."""


async def test_a_kafka_of_an_older_version_without_logins_says_what_to_do_and_its_data_gets_logins(
    directory: Path,
) -> None:
    # given a Kafka in plaintext, as an older version formatted and started it, with a topic
    with pytest.MonkeyPatch.context() as older:
        older.setattr(local_kafka, "SETTINGS", WITHOUT_LOGINS)
        older.setattr(local_kafka, "_answers", lambda _, port: is_open(port))
        plain = stack.up(directory)
    await made_topic(AIOKafkaAdminClient(**kafka.client(without_login(plain.kafka_bootstrap))))

    # when this version is started beside it, then it says what to do, and nothing of the data is touched
    with pytest.raises(
        stack.StackError, match=r"without logins: run `forcegen down` once, and start it again"
    ) as refused:
        stack.up(directory)
    assert str(directory) in str(refused.value)

    # and when that is done, the same data is there behind logins
    stack.down(directory)
    servers = stack.up(directory)
    assert TOPIC in await topics(servers)
    with pytest.raises(login.LoginRefused, match="FORCEGEN_KAFKA_SECURITY_PROTOCOL"):
        await login.check(without_login(servers.kafka_bootstrap))


def without_login(bootstrap: str) -> Settings:
    return Settings(kafka_bootstrap=bootstrap, kafka_security_protocol="PLAINTEXT")


def is_open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
