"""The local servers, for real: started, stopped, killed, interrupted, and given broken directories."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import jars, postgres_user, stack
from kernel.messaging import kafka
from operations.kafka_settings import of_local_login
from tests.deploy.running import REPOSITORY, UP, processes_of

TOPIC = "approvals.events"

pytestmark = pytest.mark.servers


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "stack"
    yield path
    stack.wipe(path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory that was up once: each test that breaks it repairs it again."""
    path = tmp_path_factory.mktemp("made") / "stack"
    stack.up(path)
    stack.down(path)
    yield path
    stack.wipe(path)


async def topics(servers: stack.Servers) -> set[str]:
    admin = AIOKafkaAdminClient(**kafka.client(of_local_login(servers.kafka_bootstrap, servers.kafka_admin)))
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def write(servers: stack.Servers) -> None:
    await made_topic(AIOKafkaAdminClient(**kafka.client(of_local_login(servers.kafka_bootstrap, servers.kafka_admin))))
    with psycopg.connect(servers.postgres_dsn) as connection:
        connection.execute("create table facts (fact text)")
        connection.execute("insert into facts values ('kept')")


def facts(servers: stack.Servers) -> list[tuple[str]]:
    with psycopg.connect(servers.postgres_dsn) as connection:
        return connection.execute("select fact from facts").fetchall()


async def test_what_was_written_is_still_there_after_down_and_up(directory: Path) -> None:
    began = time.monotonic()
    servers = await asyncio.to_thread(stack.up, directory)
    sys.stdout.write(f"\ncold start: {time.monotonic() - began:.1f} s\n")
    await write(servers)

    await asyncio.to_thread(stack.down, directory)
    assert processes_of(directory) == []
    assert not (directory / "servers.json").exists()

    began = time.monotonic()
    again = await asyncio.to_thread(stack.up, directory)
    sys.stdout.write(f"second start: {time.monotonic() - began:.1f} s\n")
    assert again == servers
    assert TOPIC in await topics(again)
    assert facts(again) == [("kept",)]


async def made_topic(admin: AIOKafkaAdminClient) -> None:
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, num_partitions=2, replication_factor=1)])
    finally:
        await admin.close()


async def test_both_killed_come_back_with_what_they_had(directory: Path) -> None:
    servers = stack.up(directory)
    await write(servers)
    before = stack.status(directory)
    for server in (before.kafka, before.postgres):
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)

    assert stack.up(directory) == servers
    assert TOPIC in await topics(servers)
    assert facts(servers) == [("kept",)]
    after = stack.status(directory)
    assert {after.kafka.pid, after.postgres.pid}.isdisjoint({before.kafka.pid, before.postgres.pid})


def test_up_again_or_twice_at_once_finds_the_same_servers(directory: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(stack.up, [directory, directory])
    running = stack.status(directory)

    assert first == second == stack.up(directory)
    assert stack.status(directory) == running
    assert running.kafka.running
    assert running.postgres.running


def test_taken_ports_are_left_to_their_owners_and_the_others_are_remembered(directory: Path) -> None:
    with contextlib.ExitStack() as taken:
        for port in (9092, 9093, 5432):
            # Taken by us, or by somebody else already: both will do.
            with contextlib.suppress(OSError):
                taken.enter_context(socket.create_server(("127.0.0.1", port)))
        first = stack.up(directory)
        stack.down(directory)
    assert first.kafka_bootstrap != "127.0.0.1:9092"
    assert ":5432/" not in first.postgres_dsn

    assert stack.up(directory) == first


def test_servers_listen_on_the_loopback_only_and_ask_for_the_password(directory: Path) -> None:
    servers = stack.up(directory)
    for process in processes_of(directory):
        for connection in process.net_connections(kind="inet"):
            if connection.status == psutil.CONN_LISTEN:
                assert connection.laddr.ip.removeprefix("::ffff:") == "127.0.0.1"
    password = (directory / "postgres.password").read_text().strip()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(servers.postgres_dsn.replace(password, "guess"))

    for file in ("servers.json", "postgres.password", "kafka.passwords.json", "kafka/server.properties"):
        assert stat.S_IMODE((directory / file).stat().st_mode) == 0o600
    assert json.loads((directory / "servers.json").read_text())["postgres_dsn"] == servers.postgres_dsn
    superusers = json.loads((directory / "kafka.passwords.json").read_text())
    assert superusers.keys() == {"admin", "broker", "controller"}
    command_lines = [" ".join(process.cmdline()) for process in processes_of(directory)]
    for secret in (password, *superusers.values()):
        assert secret not in repr(servers)
        for text in (*command_lines, *(log.read_text() for log in (directory / "logs").iterdir())):
            assert secret not in text


@pytest.mark.parametrize("moment", ["Postgres: initialising", "Kafka: starting"])
def test_ctrl_c_during_up_leaves_no_process(directory: Path, moment: str) -> None:
    command = [sys.executable, "-u", "-c", UP, str(directory)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as up:
        assert up.stdout is not None
        next(line for line in up.stdout if line.startswith(moment))
        up.send_signal(signal.SIGINT)
        up.communicate(timeout=60)
        assert up.returncode != 0

    assert processes_of(directory) == []
    assert not stack.status(directory).kafka.running


def test_a_server_that_dies_at_its_start_is_quoted_and_the_other_is_stopped(made: Path) -> None:
    with changed(made / "postgres" / "postgresql.conf", "port = many\n"), pytest.raises(stack.StackError) as raised:
        stack.up(made)
    assert "Postgres died at its start" in str(raised.value)
    assert str(made / "logs" / "postgres.log") in str(raised.value)
    assert 'invalid value for parameter "port"' in str(raised.value)
    assert processes_of(made) == []


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("postgres/PG_VERSION", None, "PG_VERSION or global/pg_control is missing"),
        ("postgres/global/pg_control", None, "PG_VERSION or global/pg_control is missing"),
        ("postgres/PG_VERSION", "", "PG_VERSION is empty"),
        ("postgres/PG_VERSION", "17\n", "made by Postgres 17, this is Postgres 18"),
        ("postgres.password", None, "can only be opened with it"),
        ("kafka/data/meta.properties", None, "never wholly formatted"),
        ("kafka/data/meta.properties", "#\ncluster.id=M\n", "never wholly formatted"),
        ("kafka/VERSION", "3.9.1\n", "made by Kafka 3.9.1, this is Kafka 4"),
        ("stack.json", '{"lay', "cut short"),
        ("stack.json", '{"layout": 99}', "another version"),
    ],
)
def test_a_broken_directory_says_what_where_and_what_to_do(made: Path, file: str, text: str | None, words: str) -> None:
    with changed(made / file, text), pytest.raises(stack.StackError) as raised:
        stack.up(made)
    assert words in str(raised.value)
    assert str(made) in str(raised.value)
    assert "forcegen down --wipe" in str(raised.value) or "holds something else" in str(raised.value)
    assert processes_of(made) == []


def test_a_start_cut_short_before_it_had_data_is_simply_done_again(made: Path) -> None:
    for draft in (".kafka-init", ".postgres-init"):
        (made / draft / "data").mkdir(parents=True)
    (made / "kafka.run.json").write_text('{"pid": 1')
    (made / "postgres.run.json").write_text(json.dumps({"pid": os.getpid(), "started": 0.0, "ports": [5432]}))
    stack.up(made)
    stack.down(made)
    assert psutil.pid_exists(os.getpid())


def test_a_postmaster_pid_that_names_a_stranger_does_not_keep_postgres_down(made: Path) -> None:
    pid_file = made / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{made}\n")
    if os.geteuid() == 0:
        os.chown(pid_file, *(postgres_user.owner() or (-1, -1)))
    assert stack.up(made).postgres_dsn
    stack.down(made)


def test_a_file_or_somebody_elses_directory_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(stack.StackError, match="is a file"):
        stack.up(file)
    with pytest.raises(stack.StackError, match="holds something else"):
        stack.up(tmp_path)
    with pytest.raises(stack.StackError, match="not ours, and nothing was removed"):
        stack.wipe(tmp_path)
    assert file.read_text() == "mine"


def test_a_spoilt_jar_is_named_and_one_that_is_not_the_locks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = next(jar for jar in jars.read_lock() if "jspecify" in jar.coordinate)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(jars, "read_lock", lambda: [right])
    jar = jars.cache_directory() / right.file_name
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"spoilt")
    news: list[str] = []
    assert jars.classpath(news.append) == [jar]
    assert f"{jar} is spoilt" in news[0]
    assert jars.sha256_of(jar) == right.sha256

    wrong = jars.Jar(right.coordinate, "0" * 64)
    monkeypatch.setattr(jars, "read_lock", lambda: [wrong])
    with pytest.raises(stack.StackError, match="our lock says 000"):
        jars.classpath(news.append)


@contextlib.contextmanager
def changed(path: Path, text: str | None) -> Iterator[None]:
    """The file with another text, or without one; put back as it was, owner and all."""
    kept = path.with_name(f"{path.name}.kept")
    path.rename(kept)
    if text is not None:
        path.write_text(text)
        owner = kept.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
    try:
        yield
    finally:
        kept.replace(path)
