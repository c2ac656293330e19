"""Where Kafka is: several brokers to begin with, some of them gone, in every form that an address has."""

import asyncio
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from kernel.messaging import kafka
from kernel.runtime.settings import Settings
from tests.e2e.test_main_path import proposal
from tests.servers import Servers
from tests.system import RunningSystem, empty_topics, provision


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("kafka", ["kafka:9092"]),
        ("kafka:9093", ["kafka:9093"]),
        ("k1:9092,k2:9093,k3", ["k1:9092", "k2:9093", "k3:9092"]),
        (" k1:9092 ,\n\tk2:9092\n", ["k1:9092", "k2:9092"]),
        ("k1:9092,,k2:9092,", ["k1:9092", "k2:9092"]),
        ("[::1]:9093", ["[::1]:9093"]),
        ("[::1]", ["[::1]:9092"]),
        ("::1", ["[::1]:9092"]),
        ("2001:db8::7,[2001:db8::8]:19092", ["[2001:db8::7]:9092", "[2001:db8::8]:19092"]),
        ("[fe80::1%eth0]:9092", ["[fe80::1%eth0]:9092"]),
    ],
)
def test_addresses_are_read_in_each_of_their_forms(given: str, meant: list[str]) -> None:
    assert kafka.bootstrap(Settings(kafka_bootstrap=given)) == meant


NO_ADDRESS = """
kafka: kafka:port kafka:0 kafka:65536 kafka:-1 kafka:٩٠٩٢ :9092 kafka://k1:9092 user@k1:9092 [::1 [::1]9092 [::1]:
[kafka]:9092 a:b:c k1,:9092
"""


@pytest.mark.parametrize("given", ["", " , ", "k1 k2:9092", "k1:" + "9" * 5000, *NO_ADDRESS.split()])
def test_what_is_no_address_is_refused_with_the_setting_and_the_form(given: str) -> None:
    with pytest.raises(ValueError, match=r"FORCEGEN_KAFKA_BOOTSTRAP.*host:port"):
        kafka.bootstrap(Settings(kafka_bootstrap=given))


@pytest.mark.servers
async def test_a_dead_first_broker_is_passed(servers: Servers, free_port: int) -> None:
    settings = Settings(kafka_bootstrap=f"127.0.0.1:{free_port},{servers.kafka}")
    admin = AIOKafkaAdminClient(**kafka.client(settings))
    await admin.start()
    await admin.close()


@pytest.mark.servers
def test_a_service_works_whose_first_broker_and_first_database_are_dead(
    servers: Servers, database: str, tmp_path: Path, free_port: int
) -> None:
    asyncio.run(empty_topics(servers.kafka))
    asyncio.run(provision(servers, database))
    system = RunningSystem(Servers(f"127.0.0.1:{free_port},{servers.kafka}", servers.postgres), database, tmp_path)
    at = urlsplit(system.dsn("approvals"))
    several = f"{at.username}:{at.password}@127.0.0.1:{free_port},{at.hostname}:{at.port}"
    system.settings[f"FORCEGEN_{'approvals'.upper()}_DATABASE_URL"] = f"postgresql://{several}/{database}"
    try:
        system.start("approvals")
        media_type = {"content-type": "application/cloudevents+json"}
        answer = system.http.post(f"{system.url('approvals')}/v1/commands", json=proposal("kz-d1"), headers=media_type)
        assert answer.json()["status"] == "accepted"
        with psycopg.connect(system.dsn("approvals")) as connection:
            deadline = time.monotonic() + 60
            while connection.execute("SELECT position FROM relayed WHERE log = 'events'").fetchone() != (1,):
                assert time.monotonic() < deadline, "the event did not reach its topic"
                time.sleep(0.1)
    finally:
        system.stop()


async def test_a_broker_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "CONNECT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as alive, _Full() as silent:
        there, gone = (f"127.0.0.1:{one.getsockname()[1]}" for one in (alive, silent))
        began = time.monotonic()
        settings = await kafka.answering(Settings(kafka_bootstrap=f"{gone},{there}"))
        assert kafka.bootstrap(settings) == [there]
        assert time.monotonic() - began < 30


async def test_where_no_broker_answers_all_are_kept(free_port: int) -> None:
    given = f"127.0.0.1:{free_port},localhost:{free_port}"
    assert (await kafka.answering(Settings(kafka_bootstrap=given))).kafka_bootstrap == given


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class _Full:
    """A port whose queue of connections is full: the next one is not answered, as by a host that is down."""

    def __enter__(self) -> socket.socket:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self._waiting = [socket.socket() for _ in range(8)]
        for one in self._waiting:
            one.setblocking(False)
            one.connect_ex(self._listener.getsockname())
        return self._listener

    def __exit__(self, *_: object) -> None:
        for one in (*self._waiting, self._listener):
            one.close()
