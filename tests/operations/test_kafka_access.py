"""The table of ACLs of the whole system: who may write what. Pure: the services are only looked at."""

import pytest

from contracts.registry import SERVICES as DECIDING
from kernel.messaging.acls import Acl
from operations.errors import InvalidRequest
from operations.kafka_access import SERVICES, TOPICS, accesses, table
from operations.kafka_users import CLI, OPERATOR, REFILL, RegisteredProducer

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
    assert table([PARLIAMENT]) - own == table()


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
