"""Servers for tests in containers, if a container engine answers and their images are available.

Kafka advertises its address to clients, and the address is known only once the port is mapped. So the container starts,
waits for the address, and only then starts Kafka.
"""

import contextlib
import gc
import os
import secrets
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from docker.errors import DockerException, ImageNotFound  # type: ignore[import-untyped]
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

KAFKA_IMAGE = "apache/kafka:4.3.1"
POSTGRES_IMAGE = "postgres:18"
ENGINE_TIMEOUT_S = 1
CLIENTS, BROKERS, CONTROLLER = 9092, 9094, 9093
ADDRESS = "/tmp/address"  # noqa: S108  (inside the container)

KAFKA_SETTINGS = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@localhost:{CONTROLLER}",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENERS": f"CLIENTS://:{CLIENTS},BROKERS://:{BROKERS},CONTROLLER://:{CONTROLLER}",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENTS:PLAINTEXT,BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKERS",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "8",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS": "4",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_TRANSACTION_MAX_TIMEOUT_MS": "60000",
    "KAFKA_HEAP_OPTS": "-Xms128m -Xmx512m",
}


class KafkaContainer(DockerContainer):
    """One KRaft node of the image that the Apache Kafka project publishes."""

    def __init__(self, image: str) -> None:
        wait = f"until [ -f {ADDRESS} ]; do sleep 0.1; done; . {ADDRESS}; exec /etc/kafka/docker/run"
        super().__init__(image, env=dict(KAFKA_SETTINGS), ports=[CLIENTS])
        self.with_command(["sh", "-c", wait])

    @property
    def address(self) -> str:
        """The address for clients on this machine."""
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(CLIENTS)}"

    def start(self) -> "KafkaContainer":
        """Start the container; Kafka answers when this returns."""
        super().start()
        where = f"CLIENTS://{self.address},BROKERS://localhost:{BROKERS}"
        command = f"echo 'export KAFKA_ADVERTISED_LISTENERS={where}' > {ADDRESS}.new && mv {ADDRESS}.new {ADDRESS}"
        self.exec(["sh", "-c", command])
        LogMessageWaitStrategy("Kafka Server started").wait_until_ready(self)
        return self


@contextmanager
def started() -> Iterator[tuple[str, str] | None]:
    """The addresses of Kafka and Postgres (the latter the superuser's), or None if containers are not available."""
    kafka, postgres = os.environ.get("KAFKA_IMAGE", KAFKA_IMAGE), os.environ.get("POSTGRES_IMAGE", POSTGRES_IMAGE)
    if not _engine_answers() or not _all_there([kafka, postgres]):
        yield None
        return
    settings: dict[str, Any] = {"command": ["postgres", "-c", "max_connections=200"]}
    password = secrets.token_hex(16)
    database = PostgresContainer(postgres, username="postgres", password=password, dbname="postgres", **settings)
    with KafkaContainer(kafka) as broker, database:
        yield broker.address, database.get_connection_url(driver=None)


def _engine_answers() -> bool:
    """Whether a container engine answers; checked once a run, for no longer than a second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            DockerClient(timeout=ENGINE_TIMEOUT_S).client.close()
        except DockerException:
            answers = False
        else:
            answers = True
        gc.collect()  # without an answer, the client leaves its socket open: collected here and not during a test
    return answers


def _all_there(images: list[str]) -> bool:
    prefix = testcontainers_config.hub_image_name_prefix
    reaper = [] if testcontainers_config.ryuk_disabled else [testcontainers_config.ryuk_image]
    with contextlib.closing(DockerClient().client) as engine:
        return images_there(engine, [*(prefix + image for image in images), *reaper])


def images_there(engine: Any, images: list[str]) -> bool:
    """Whether the images are present or could be pulled."""
    for image in images:
        try:
            engine.images.get(image)
        except ImageNotFound:
            try:
                engine.images.pull(image)
            except DockerException:
                notice = f"tests: the image {image} is neither here nor to be fetched: the embedded servers are used"
                print(notice, file=sys.stderr)  # noqa: T201
                return False
    return True
