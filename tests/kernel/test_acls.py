"""ACLs from the topics that a principal reads and writes, and the difference to what a cluster has."""

import pytest

from kernel.messaging.acls import Access, Acl, AclDifference, difference, of_producer, of_service

TABLE = of_service("a", ["b.events"], ["a.events"]).acls()


def test_a_service_reads_its_inputs_in_its_group_and_writes_its_own_logs_alone() -> None:
    assert {
        Acl("a", "topic", "b.events", "read"),
        Acl("a", "topic", "b.events", "describe"),
        Acl("a", "topic", "a.events", "read"),  # the relay looks up what each partition holds
        Acl("a", "topic", "a.events", "write"),
        Acl("a", "topic", "a.events", "describe"),
        Acl("a", "group", "forcegen.a", "read"),
        Acl("a", "group", "forcegen.a", "describe"),
    } == TABLE


def test_a_producer_writes_and_describes_its_topic_and_nothing_else() -> None:
    assert of_producer("parliament", ["a.commands"]).acls() == {
        Acl("parliament", "topic", "a.commands", "write"),
        Acl("parliament", "topic", "a.commands", "describe"),
    }


def test_every_operation_of_an_access_has_its_entry() -> None:
    whole = Access(
        "x",
        describes=["t"],
        creates=["t"],
        sees_configs=["t"],
        sets_configs=["t"],
        sees_groups=["g"],
        transactional_ids=["i"],
    )
    assert {(acl.kind, acl.operation) for acl in whole.acls()} == {
        *(("topic", "describe"), ("topic", "create"), ("topic", "describe-configs"), ("topic", "alter-configs")),
        *(("group", "describe"), ("transactional-id", "write"), ("transactional-id", "describe")),
    }


def test_nothing_differs_where_a_cluster_has_the_table() -> None:
    assert not difference(TABLE, TABLE)
    assert difference(TABLE, []) == AclDifference(sorted(TABLE), [])


@pytest.mark.parametrize(
    "foreign",
    [
        Acl("thief", "topic", "a.events", "write"),
        Acl("thief", "topic", "a.", "write", pattern="prefixed"),
        Acl("thief", "topic", "a", "write", pattern="prefixed"),
        Acl("thief", "topic", "*", "all"),
        Acl("thief", "group", "forcegen.a", "read"),
        Acl("thief", "group", "forcegen.", "read", pattern="prefixed"),
        Acl("a", "topic", "b.events", "write"),
        Acl("a", "cluster", "kafka-cluster", "create"),
        Acl("a", "topic", "a.events", "write", host="10.0.0.1"),
        Acl("a", "topic", "a.events", "write", permission="deny"),
        Acl("a", "topic", "somewhere", "read"),
    ],
    ids=str,
)
def test_whatever_else_opens_or_shuts_what_the_table_names_is_superfluous(foreign: Acl) -> None:
    assert difference(TABLE, {*TABLE, foreign}) == AclDifference([], [foreign])


@pytest.mark.parametrize(
    "neighbour",
    [
        Acl("other", "topic", "another.events", "write"),
        Acl("other", "topic", "a.eventsources", "write"),
        Acl("other", "topic", "a.events.", "write", pattern="prefixed"),
        Acl("other", "topic", "ab", "write", pattern="prefixed"),
        Acl("other", "group", "a.events", "read"),
        Acl("other", "cluster", "kafka-cluster", "describe"),
    ],
    ids=str,
)
def test_entries_of_neighbours_are_left_alone(neighbour: Acl) -> None:
    assert not difference(TABLE, {*TABLE, neighbour})


def test_entries_of_a_principal_that_is_to_be_kept_are_left_alone() -> None:
    exporter = Acl("exporter", "topic", "*", "describe")
    assert difference(TABLE, {*TABLE, exporter}).superfluous == [exporter]
    assert not difference(TABLE, {*TABLE, exporter}, keep=["exporter"])


def test_entries_of_a_producer_that_is_registered_no_longer_are_superfluous() -> None:
    left = Acl("parliament", "topic", "a.commands.parliament", "write")
    assert difference(TABLE, {*TABLE, left}, namespace=[("topic", "a.")]).superfluous == [left]
    assert not difference(TABLE, {*TABLE, left}, namespace=[("group", "a."), ("topic", "b.")])


def test_an_entry_reads_as_a_sentence() -> None:
    assert str(Acl("a", "topic", "a.", "write", "prefixed", "deny", "10.0.0.1")) == (
        "a: deny write on topic a. and every name that begins so from 10.0.0.1"
    )
