"""A service on a Kafka that authenticates its clients: a real broker with SASL, a service with name and password."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
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


def test_a_service_with_a_wrong_password_ends_at_once_and_says_which_setting(
    servers: Servers, database: str, secured: str, tmp_path: Path
) -> None:
    asyncio.run(provision(servers, database))
    wrong = SASL | {"FORCEGEN_KAFKA_SASL_PASSWORD": "guess"}
    system = RunningSystem(Servers(secured, servers.postgres), database, tmp_path, wrong)
    began = time.monotonic()
    system.spawn("approvals")
    assert system.processes["approvals"].wait(60) == 1
    assert time.monotonic() - began < 30
    said = system.log("approvals").read_text()
    assert "Kafka: The broker at" in said
    assert "FORCEGEN_KAFKA_SASL_PASSWORD" in said
    assert "guess" not in said
    assert "Traceback" not in said


def test_a_service_that_would_send_its_records_in_plaintext_ends_before_it_does_anything(
    servers: Servers, database: str, tmp_path: Path
) -> None:
    system = RunningSystem(Servers("broker.example.org:9092", servers.postgres), database, tmp_path)
    system.settings["FORCEGEN_KAFKA_SECURITY_PROTOCOL"] = "SASL_PLAINTEXT"
    system.spawn("approvals")  # its role is not even there
    assert system.processes["approvals"].wait(60) == 1
    assert "set it to SASL_SSL or SSL" in system.log("approvals").read_text()


AWAY = ["k1:9092", "10.0.0.7", "127.0.0.1:9092,k2", "[2001:db8::7]:9092", "127.0.0.1.nip.io"]


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_PLAINTEXT"])
@pytest.mark.parametrize("brokers", AWAY)
def test_plaintext_away_from_this_machine_is_refused_with_the_remedy(protocol: str, brokers: str) -> None:
    settings = Settings(
        kafka_bootstrap=brokers, kafka_sasl_username="service", kafka_sasl_password=SecretStr("secret")
    ).model_copy(update={"kafka_security_protocol": protocol})
    words = f"is {protocol}, and the broker .* is not on this machine: set it to SASL_SSL"
    for made in (kafka.security, kafka.client):
        with pytest.raises(ValueError, match=words):
            made(settings)
    assert kafka.client(settings.model_copy(update={"kafka_security_protocol": "SASL_SSL"}))


@pytest.mark.parametrize("brokers", ["localhost", "LOCALHOST:9092", "127.0.0.1:9092,[::1]:9092", "127.8.8.8", "::1"])
def test_plaintext_on_this_machine_is_taken(brokers: str) -> None:
    assert kafka.client(Settings(kafka_bootstrap=brokers, kafka_security_protocol="PLAINTEXT"))


def test_sasl_without_a_password_says_what_to_set() -> None:
    with pytest.raises(ValueError, match="FORCEGEN_KAFKA_SASL_PASSWORD"):
        kafka.security(
            Settings(kafka_security_protocol="SASL_SSL", kafka_sasl_username="service", kafka_sasl_password=None)
        )


def test_tls_uses_the_authorities_that_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kafka.security(Settings(kafka_security_protocol="SSL", kafka_ca_file=tmp_path / "missing.pem"))
    assert kafka.client(Settings(kafka_security_protocol="SSL"))["security_protocol"] == "SSL"


def test_a_password_is_not_shown_with_the_settings() -> None:
    assert "hush" not in repr(Settings(kafka_sasl_password=SecretStr("hush")))
