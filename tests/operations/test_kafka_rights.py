"""The table of ACLs on a real broker, and who logs in; that every pair is as it says is in `tests/access/`."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from deploy.local import kafka as local_kafka
from deploy.local import stack
from deploy.local.kafka_logins import SUPERUSERS, KafkaLogin
from kernel.messaging import kafka, login, topics
from kernel.messaging.acls import Acl, of_producer
from kernel.runtime.settings import Settings
from operations import kafka_admin
from operations.errors import OperationError
from operations.kafka_access import SERVICES, table
from operations.kafka_settings import of_local_login
from operations.provision_kafka import apply_acls, compare_acls, provision_kafka
from tests.operations.brokers import NONE, TOPIC_AUTHORIZATION_FAILED, Principal, as_principal, until
from tests.operations.certificates import PRODUCERS_ORGANIZATION, Authority, with_certificates
from tests.operations.producers import AB, NORTH, PARLIAMENT, PRODUCERS, A
from tests.servers import PASSWORD, PASSWORDS
from tests.system import free_port

pytestmark = pytest.mark.servers

(NORTH_TOPIC,) = NORTH.topics
REAUTHENTICATE_MS = 5_000
NOBODY = "nobody"
"""Logs in, and stands in no table."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who issues certificates to producers, and the broker's listener that takes them."""
    return Authority(tmp_path_factory.mktemp("certificates"), free_port())


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Settings]:
    """The administrator of a broker of this file alone, with short sessions: other tests make topics of their own."""
    directory = tmp_path_factory.mktemp("rights") / "stack"
    try:
        with pytest.MonkeyPatch.context() as changed:
            changed.setattr(local_kafka, "REAUTHENTICATE_MS", REAUTHENTICATE_MS)
            changed.setattr(local_kafka, "SETTINGS", with_certificates(local_kafka.SETTINGS, authority))
            servers = stack.up(directory)
        settings = of_local_login(servers.kafka_bootstrap, servers.kafka_admin)
        passwords = {**PASSWORDS, **dict.fromkeys([producer.name for producer in PRODUCERS], PASSWORD)}
        with ThreadPoolExecutor(1) as aside:
            aside.submit(asyncio.run, provision_kafka(settings, passwords, PRODUCERS)).result()
        with kafka_admin.administration(settings) as client:
            kafka_admin.set_passwords(client, {NOBODY: PASSWORD})
        yield settings
    finally:
        stack.wipe(directory)


def as_user(admin: Settings, name: str, password: str = PASSWORD) -> Settings:
    return of_local_login(admin.kafka_bootstrap, KafkaLogin(name, password))


async def test_the_cluster_has_the_table_and_no_other_entry(admin: Settings) -> None:
    with kafka_admin.administration(admin) as client:
        assert kafka_admin.present_acls(client) == table(PRODUCERS)
    assert not await compare_acls(admin, PRODUCERS)


@pytest.mark.parametrize("forger", [PARLIAMENT.name, "cli", "operator", "vacancies", "reporting", "audit", NOBODY])
def test_an_event_that_a_producer_or_another_service_forges_is_refused_by_the_broker(
    admin: Settings, forger: str
) -> None:
    with as_principal(admin.kafka_bootstrap, forger) as one:
        assert one.write("approvals.events") == TOPIC_AUTHORIZATION_FAILED
        assert one.write("approvals.outcomes") == TOPIC_AUTHORIZATION_FAILED


def test_neighbours_by_prefix_have_nothing_of_each_other(admin: Settings) -> None:
    for own, other in ((PARLIAMENT, NORTH), (NORTH, PARLIAMENT), (A, AB), (AB, A)):
        with as_principal(admin.kafka_bootstrap, own.name) as one:
            assert one.write(*own.topics) == NONE
            assert one.write(*other.topics) == TOPIC_AUTHORIZATION_FAILED
            assert one.write("approvals.commands") == TOPIC_AUTHORIZATION_FAILED


async def test_a_producer_sends_idempotently_with_no_more_than_write(admin: Settings) -> None:
    options = kafka.client(as_user(admin, PARLIAMENT.name))
    async with AIOKafkaProducer(**options, enable_idempotence=True) as producer:
        sent = await producer.send_and_wait(*PARLIAMENT.topics, b"{}")
    assert sent.timestamp_type == 1  # the broker's


@pytest.mark.parametrize("stranger", ["vacancies", "operator", PARLIAMENT.name])
async def test_the_group_of_a_service_takes_nobody_else(admin: Settings, stranger: str) -> None:
    options = kafka.client(as_user(admin, stranger))
    consumer = AIOKafkaConsumer(*["approvals.events"], **options, group_id="forcegen.approvals")
    try:
        with pytest.raises((GroupAuthorizationFailedError, TopicAuthorizationFailedError)):
            await consumer.start()
            await consumer.getone()
    finally:
        await consumer.stop()


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
async def test_a_service_creates_no_topic_and_says_what_an_administrator_does(admin: Settings, service: str) -> None:
    own = next(one for one in SERVICES if one.name == service)
    settings = as_user(admin, service)
    await topics.ensure(settings, [*own.topics_in, *own.topics_out])  # it sees all of its own: nothing is missing
    with pytest.raises(topics.TopicsMissing, match="forcegen kafka provision"):
        await topics.ensure(settings, [f"{service}.mistyped"])


@pytest.mark.parametrize("user", ["approvals", "nobody-at-all", *SUPERUSERS])
async def test_a_wrong_password_is_reported_at_once_with_the_settings_name(admin: Settings, user: str) -> None:
    began = asyncio.get_running_loop().time()
    with pytest.raises(login.LoginRefused, match="FORCEGEN_KAFKA_SASL_PASSWORD") as refused:
        await topics.ensure(as_user(admin, user, "guess"), ["approvals.events"])
    assert asyncio.get_running_loop().time() - began < 20
    assert "guess" not in str(refused.value)


async def test_super_users_of_the_settings_are_no_users_of_scram(admin: Settings) -> None:
    settings = as_user(admin, "admin", PASSWORD).model_copy(update={"kafka_sasl_mechanism": "SCRAM-SHA-512"})
    with pytest.raises(login.LoginRefused, match="refuses the name or the password of 'admin'"):
        await login.check(settings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kafka_security_protocol": "PLAINTEXT"}, "FORCEGEN_KAFKA_SECURITY_PROTOCOL is PLAINTEXT"),
        ({"kafka_security_protocol": "SASL_SSL"}, "FORCEGEN_KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_sasl_mechanism": "SCRAM-SHA-256"}, "set FORCEGEN_KAFKA_SASL_MECHANISM"),
    ],
    ids=["plaintext", "TLS", "mechanism"],
)
async def test_a_wrong_protocol_or_mechanism_is_reported_at_once(
    admin: Settings, change: dict[str, object], words: str
) -> None:
    with pytest.raises(login.LoginRefused, match=words):
        await login.check(as_user(admin, "approvals").model_copy(update=change))


async def test_brokers_that_are_not_there_are_no_refusal() -> None:
    await login.check(Settings(kafka_bootstrap=f"127.0.0.1:{free_port()}"))


async def test_what_somebody_added_or_removed_is_shown_and_put_right(admin: Settings) -> None:
    added = Acl("thief", "topic", "approvals.", "write", pattern="prefixed")
    removed = Acl("audit", "topic", "approvals.commands", "read")
    elsewhere = Acl("thief", "topic", "elsewhere", "write")
    with kafka_admin.administration(admin) as client:
        kafka_admin.set_passwords(client, {"thief": PASSWORD})
        kafka_admin.create_acls(client, [added, elsewhere])
        kafka_admin.delete_acls(client, [removed])
    assert await comes_to(admin, "thief", "approvals.events", NONE)
    differs = await compare_acls(admin, PRODUCERS)
    assert (differs.missing, differs.superfluous) == ([removed], [added])
    assert (await compare_acls(admin, PRODUCERS, keep=["thief"])).superfluous == []
    assert await apply_acls(admin, PRODUCERS) == differs
    assert await comes_to(admin, "thief", "approvals.events", TOPIC_AUTHORIZATION_FAILED)
    with kafka_admin.administration(admin) as client:
        assert kafka_admin.present_acls(client) == table(PRODUCERS) | {elsewhere}
        kafka_admin.delete_acls(client, [elsewhere])


async def test_a_producer_that_is_registered_no_longer_loses_its_rights_and_what_it_sent_is_still_read(
    admin: Settings,
) -> None:
    differs = await apply_acls(admin, [producer for producer in PRODUCERS if producer != NORTH])
    try:
        assert {(acl.principal, acl.operation) for acl in differs.superfluous} == {
            *((NORTH.name, "write"), (NORTH.name, "describe"))
        }
        assert await comes_to(admin, NORTH.name, NORTH_TOPIC, TOPIC_AUTHORIZATION_FAILED)
        for reader in ("approvals", "audit", "operator"):
            with as_principal(admin.kafka_bootstrap, reader) as one:
                assert one.read(NORTH_TOPIC) == NONE
    finally:
        await apply_acls(admin, PRODUCERS)
    assert await comes_to(admin, NORTH.name, NORTH_TOPIC, NONE)


async def comes_to(admin: Settings, principal: str, topic: str, code: int) -> bool:
    """Whether the principal's writes come to be answered so: the broker hears of an ACL a moment later."""

    def answered() -> bool:
        with as_principal(admin.kafka_bootstrap, principal) as one:
            return one.write(topic) == code

    return await until(answered)


async def test_a_revoked_user_with_an_open_connection_is_cut_off_when_it_must_log_in_again(admin: Settings) -> None:
    # given a user who writes
    rights = of_producer("leaver", ["approvals.commands"]).acls()
    with kafka_admin.administration(admin) as client:
        kafka_admin.set_passwords(client, {"leaver": PASSWORD})
        kafka_admin.create_acls(client, rights)
    assert await comes_to(admin, "leaver", "approvals.commands", NONE)
    with as_principal(admin.kafka_bootstrap, "leaver") as leaver:
        assert leaver.write("approvals.commands") == NONE

        # when the password is taken away, but not the rights
        with kafka_admin.administration(admin) as client:
            kafka_admin.revoke(client, "leaver")

        # then nobody logs in with it, and the connection that is open ends with its time
        with pytest.raises(login.LoginRefused):
            await login.check(as_user(admin, "leaver"))
        assert await until(lambda: is_cut_off(leaver), within_s=6 * REAUTHENTICATE_MS / 1000)
    await apply_acls(admin, PRODUCERS)


def is_cut_off(principal: Principal) -> bool:
    try:
        principal.write("approvals.commands")
    except (EOFError, OSError):
        return True
    return False


# Certificates in place of passwords, where principals of both share one name space.


async def test_a_certificate_is_the_producer_that_the_register_names_with_its_prefix(
    admin: Settings, authority: Authority
) -> None:
    async with AIOKafkaProducer(**kafka.client(authority.login(PARLIAMENT.name, PRODUCERS_ORGANIZATION))) as producer:
        await producer.send_and_wait(*PARLIAMENT.topics, b"{}")
        for topic in (NORTH_TOPIC, "approvals.commands", "approvals.events"):
            with pytest.raises(TopicAuthorizationFailedError):
                await producer.send_and_wait(topic, b"{}")


async def test_a_certificate_whose_name_is_admin_is_no_super_user(admin: Settings, authority: Authority) -> None:
    settings = authority.login("admin", PRODUCERS_ORGANIZATION)
    with pytest.raises(OperationError, match="an administrator's"):
        await compare_acls(settings, PRODUCERS)
    async with AIOKafkaProducer(**kafka.client(settings)) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait("approvals.events", b"{}")


@pytest.mark.parametrize("organization", ["elsewhere", "Forcegen producers and others", None])
async def test_a_certificate_that_no_rule_maps_is_let_in_under_no_name(
    admin: Settings, authority: Authority, organization: str | None
) -> None:
    with pytest.raises(login.LoginRefused):
        await login.check(authority.login("admin", organization))


@pytest.mark.parametrize("name", ["approvals", "operator", "refill", "cli", PARLIAMENT.name, NOBODY])
async def test_nobody_but_its_super_users_administers_the_broker(admin: Settings, name: str) -> None:
    with pytest.raises(OperationError, match="an administrator's"):
        await compare_acls(as_user(admin, name))
