"""A service on a Kafka that authenticates its clients: a real broker with SASL, a service with name and password."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pydantic import SecretStr

from kernel.messaging import kafka
from kernel.runtime.settings import Settings
from tests.e2e.test_main_path import proposal
from tests.kernel.secured_kafka import secured_kafka
from tests.servers import Servers
from tests.system import RunningSystem, provision

pytestmark = pytest.mark.servers
SASL = {
    "FORCEGEN_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
    "FORCEGEN_KAFKA_SASL_MECHANISM": "PLAIN",
    "FORCEGEN_KAFKA_SASL_USERNAME": "service",
    "FORCEGEN_KAFKA_SASL_PASSWORD": "secret",
}


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with secured_kafka(tmp_path_factory.mktemp("kafka")) as address:
        yield address


def test_a_service_with_name_and_password_works(servers: Servers, database: str, secured: str, tmp_path: Path) -> None:
    asyncio.run(provision(servers, database))
    system = RunningSystem(Servers(secured, servers.postgres), database, tmp_path, dict(SASL))
    try:
        system.start("approvals")
        media_type = {"content-type": "application/cloudevents+json"}
        answer = system.http.post(
            f"{system.url('approvals')}/v1/commands", json=proposal("kz-sasl"), headers=media_type
        )
        assert answer.json()["status"] == "accepted"
        deadline = time.monotonic() + 60
        while not _relayed(system):
            assert time.monotonic() < deadline, "the event did not reach its topic"
            time.sleep(0.1)
    finally:
        system.stop()


def _relayed(system: RunningSystem) -> bool:
    with psycopg.connect(system.dsn("approvals")) as connection:
        return connection.execute("SELECT position FROM relayed WHERE log = 'events'").fetchone() == (1,)


async def test_a_wrong_password_is_turned_away(secured: str) -> None:
    wrong = Settings(
        kafka_bootstrap=secured,
        kafka_security_protocol="SASL_PLAINTEXT",
        kafka_sasl_mechanism="PLAIN",
        kafka_sasl_username="service",
        kafka_sasl_password=SecretStr("wrong"),
    )
    admin = AIOKafkaAdminClient(**kafka.client(wrong))
    with pytest.raises(KafkaError):
        await admin.start()
    await admin.close()


def test_sasl_without_a_password_says_what_to_set() -> None:
    with pytest.raises(ValueError, match="FORCEGEN_KAFKA_SASL_PASSWORD"):
        kafka.security(Settings(kafka_security_protocol="SASL_SSL", kafka_sasl_username="service"))


def test_tls_uses_the_authorities_that_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kafka.security(Settings(kafka_security_protocol="SSL", kafka_ca_file=tmp_path / "missing.pem"))
    assert kafka.client(Settings(kafka_security_protocol="SSL"))["security_protocol"] == "SSL"


def test_a_password_is_not_shown_with_the_settings() -> None:
    assert "hush" not in repr(Settings(kafka_sasl_password=SecretStr("hush")))
