"""The names of the topics that commands come on: each shows its service, and its producer, and no neighbour of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.command_topics import PRODUCER_NAME, are_for, of_producers, own, producer_of, service_of, shared
from contracts.registry import SERVICES

NAMES = st.from_regex(PRODUCER_NAME, fullmatch=True)
KAFKA_TAKES = re.compile(r"[a-zA-Z0-9._-]{1,249}", re.ASCII)


@given(st.sampled_from(SERVICES), NAMES)
def test_every_name_of_a_producer_makes_a_topic_that_kafka_takes_and_that_shows_the_name(
    service: str, name: str
) -> None:
    topic = own(service, name)
    assert KAFKA_TAKES.fullmatch(topic)
    assert (service_of(topic), producer_of(topic)) == (service, name)
    assert (service_of(shared(service)), producer_of(shared(service))) == (service, None)
    for one in (topic, shared(service)):
        assert [other for other in SERVICES if are_for(other, one)] == [service]


@given(st.sampled_from(SERVICES), NAMES, st.sampled_from(SERVICES), NAMES)
def test_no_two_topics_are_one_in_kafkas_metrics_where_a_dot_is_an_underscore(
    service: str, name: str, another_service: str, another_name: str
) -> None:
    one, other = own(service, name), own(another_service, another_name)
    assert (one.replace(".", "_") == other.replace(".", "_")) == (one == other)


@pytest.mark.parametrize(
    "topic",
    [
        *(
            "approvals.command",
            "approvals.commands.",
            "approvals.commandsx",
            "approvals.commands-a",
            "approval.commands",
        ),
        *("approvals.commands.a.b", "approvals.commands.A", "approvals.commands.a_b", "approvals.commands.-a"),
        *("approvals.commands.a\n", "approvals.events", "approvals.events.a", "reporting.commands.a", "x.approvals"),
        f"approvals.commands.{'a' * 65}",
    ],
)
def test_what_is_almost_a_topic_of_commands_is_none(topic: str) -> None:
    assert (service_of(topic), producer_of(topic)) == (None, None)
    assert not any(are_for(service, topic) for service in SERVICES)
    assert of_producers(SERVICES, [topic]) == []


def test_the_topics_of_producers_are_those_of_the_services_that_are_named_and_neighbours_stay_apart() -> None:
    there = ["approvals.commands.ab", "approvals.commands.a", "approvals.commands", "vacancies.commands.a", "a"]
    assert of_producers(["approvals"], there) == ["approvals.commands.a", "approvals.commands.ab"]
    assert of_producers(SERVICES, there) == [*of_producers(["approvals"], there), "vacancies.commands.a"]
    assert of_producers([], there) == []
