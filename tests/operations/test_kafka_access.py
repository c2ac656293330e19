"""The table of ACLs of the whole system: who may write what. Pure: the services are only looked at."""

from datetime import datetime

import pytest

from contracts.registry import SERVICES as DECIDING
from kernel.identity.register_kafka import TAKEN
from kernel.identity.register_text import parse
from kernel.messaging.acls import Acl
from operations.errors import InvalidRequest, OperationError
from operations.kafka_access import ADMINISTRATORS, SERVICES, TOPICS, accesses, table
from operations.kafka_users import CLI, OPERATOR, REFILL, RegisteredProducer
from operations.producers import at_brokers
from operations.provision_kafka import given_passwords
from tests.kernel.registered import KZ

PARLIAMENT = RegisteredProducer("parliament", ["approvals.commands.parliament"])
PUBLISHED = sorted(topic for service in SERVICES for topic in service.topics_out)


def writers(topic: str) -> set[str]:
    return {acl.principal for acl in table([PARLIAMENT]) if acl.name == topic and acl.operation == "write"}


@pytest.mark.parametrize("topic", PUBLISHED)
def test_only_the_service_itself_writes_what_it_publishes_and_whoever_restores_it(topic: str) -> None:
    assert writers(topic) == {topic.partition(".")[0], REFILL}


@pytest.mark.parametrize("service", DECIDING)
def test_no_service_writes_commands(service: str) -> None:
    assert writers(f"{service}.commands") == {CLI, REFILL}


def test_every_entry_names_one_resource_exactly() -> None:
    assert {(acl.pattern, acl.permission, acl.host) for acl in table([PARLIAMENT])} == {("literal", "allow", "*")}
    assert not [acl for acl in table() if acl.kind == "cluster" or acl.operation == "all" or acl.name == "*"]


def test_no_service_creates_deletes_or_configures_topics() -> None:
    changing = {acl.principal for acl in table() if acl.operation in ("create", "delete", "alter", "alter-configs")}
    assert changing == {REFILL}


def test_the_operator_reads_every_topic_and_changes_none() -> None:
    own = [acl for acl in table() if acl.principal == OPERATOR]
    assert {acl.name for acl in own if acl.kind == "topic" and acl.operation == "read"} == TOPICS
    assert {acl.operation for acl in own} == {"read", "describe", "describe-configs"}


def test_each_service_reads_in_its_own_group_alone() -> None:
    members = {(acl.principal, acl.name) for acl in table() if acl.kind == "group" and acl.operation == "read"}
    assert members == {(service.name, f"forcegen.{service.name}") for service in SERVICES}


def test_a_producer_writes_its_topic_and_nothing_else() -> None:
    topic = "approvals.commands.parliament"
    own = {acl for acl in table([PARLIAMENT]) if acl.principal == "parliament"}
    assert own == {Acl("parliament", "topic", topic, "write"), Acl("parliament", "topic", topic, "describe")}
    others = table([PARLIAMENT]) - own - table()
    assert {acl.name for acl in others} == {topic}
    assert {acl.principal for acl in others if acl.operation == "read"} == {"approvals", "audit", OPERATOR, REFILL}
    assert {acl.principal for acl in others if acl.operation == "write"} == {REFILL}


def test_the_topic_of_a_producer_that_left_is_read_to_its_end_and_written_by_nobody() -> None:
    topic = "approvals.commands.parliament"
    left = table([], there=[topic, "approvals.commands", "elsewhere", "elsewhere.commands.parliament"])
    assert left == {acl for acl in table([PARLIAMENT]) if acl.principal != "parliament"}


REGISTER = parse(
    "\n".join(
        (
            *("forcegen producers", "version 1", "producer a", "source urn:a", "topic approvals.commands.a"),
            *("broker a", "command approvals.*", "contributor *"),
            *("producer ab", "source urn:ab", "topic approvals.commands.ab", "topic vacancies.commands.ab"),
            *("broker ab-1", "broker tls-ab", "command approvals.*", "command vacancies.*", "contributor *"),
            *(
                "producer signs",
                "source urn:signs",
                "broker signs",
                "command vacancies.*",
                "contributor *",
                "must-sign",
            ),
            f"key {KZ.public.text} from 2027-01-01T00:00:00Z until 2028-01-01T00:00:00Z",
            *("producer over-http", "source urn:http", "command approvals.*", "contributor *", ""),
        )
    )
)


@pytest.mark.parametrize(
    ("at", "of_signer"),
    [
        ("2026-06-01T00:00:00+00:00", ["vacancies.commands"]),
        ("2027-12-31T23:59:59+00:00", ["vacancies.commands"]),
        ("2028-01-01T00:00:00+00:00", None),
    ],
)
def test_each_user_of_a_registered_producer_writes_what_the_register_gives_it_until_its_keys_are_over(
    at: str, of_signer: list[str] | None
) -> None:
    given = {user.name: [*user.topics] for user in at_brokers(REGISTER, datetime.fromisoformat(at))}
    of_ab = ["approvals.commands.ab", "vacancies.commands.ab"]
    expected = {"a": ["approvals.commands.a"], "ab-1": of_ab, "tls-ab": of_ab}
    assert given == (expected if of_signer is None else expected | {"signs": of_signer})
    written = {(acl.principal, acl.name) for acl in table(at_brokers(REGISTER)) if acl.operation == "write"}
    assert {("a", topic) for topic in of_ab} & written == set()
    assert ("ab-1", "approvals.commands.a") not in written


def test_no_registered_user_has_the_name_of_a_principal_of_this_system_or_of_the_brokers() -> None:
    assert {*accesses(), *ADMINISTRATORS, "anonymous"} == TAKEN


def test_a_password_that_would_be_that_of_two_users_is_refused() -> None:
    users = [RegisteredProducer(name, ["approvals.commands"]) for name in ("un.desk", "un-desk")]
    environment = {f"FORCEGEN_{'UN_DESK'}_KAFKA_PASSWORD": "x"}
    with pytest.raises(OperationError, match=r"FORCEGEN_UN_DESK_KAFKA_PASSWORD would be the password of un\.desk and"):
        given_passwords(environment, users)
    assert given_passwords(environment, users[:1]) == {"un.desk": "x"}


@pytest.mark.parametrize("name", ["approvals", "audit", "operator", "refill", "cli", "admin", "broker", "controller"])
def test_a_producer_with_the_name_of_another_principal_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="is taken at the brokers"):
        accesses([RegisteredProducer(name, ["approvals.commands"])])


def test_two_producers_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="parliament is taken"):
        accesses([PARLIAMENT, PARLIAMENT])


@pytest.mark.parametrize(
    "topic", ["approvals.events", "approvals.outcomes", "approvals.commandsx", "approvals", "else.commands", "*", ""]
)
def test_a_producer_that_is_to_write_anything_but_commands_is_refused(topic: str) -> None:
    with pytest.raises(InvalidRequest, match=r"a producer writes <service>\.commands"):
        accesses([RegisteredProducer("parliament", [topic])])
