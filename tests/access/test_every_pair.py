"""Every route, topic, SQL object and command of one running system, tried by every kind of principal.

The tables are docs/reference/permits.md for routes, the ACLs made of the contracts and the register for topics,
docs/reference/sql-rights.md for the database, and `producers.py` for commands. Routes, topics and SQL objects are
listed from the system: one that is in no table fails here by its name.
"""

from dataclasses import replace

import pytest

from tests.access import at_the_brokers, over_commands, over_http, over_sql
from tests.access.conftest import Whole
from tests.access.pairs import REFUSED, Door
from tests.access.requests import Requests

pytestmark = pytest.mark.servers


def test_every_principal_may_use_of_every_route_what_the_table_says_and_nothing_else(whole: Whole) -> None:
    with Requests() as http:
        callers = over_http.Callers(whole, http)
        routes = callers.listed()
        door = Door(over_http.table(), routes, over_http.PRINCIPALS, dict.fromkeys(routes, ("use",)))
        assert replace(door, answers=callers.answers(door)).objections() == []


async def test_every_role_may_do_with_every_sql_object_what_the_table_says_and_nothing_else(whole: Whole) -> None:
    """By the server's catalogue, and by doing it."""
    listed = await over_sql.catalogue(whole)
    door = listed.door()
    assert replace(door, answers=listed.answers(door)).objections() == []
    assert await over_sql.tried(whole, door, listed) == []


async def test_every_role_is_in_the_table_with_what_it_is_a_member_of(whole: Whole) -> None:
    listed = await over_sql.catalogue(whole)
    assert over_sql.roles_of_the_page() == listed.described
    assert listed.may_more == []
    assert await over_sql.a_stranger_connects(whole) == REFUSED


def test_every_producer_may_send_of_every_type_what_the_register_says_and_nothing_else(whole: Whole) -> None:
    """By every door: over HTTP, on the topic that all who sign share, and on the topic of one of them."""
    door = over_commands.door()
    assert replace(door, answers=over_commands.answers(whole, door)).objections() == []


def test_every_principal_may_do_on_every_topic_what_the_table_says_and_nothing_else(whole: Whole) -> None:
    """Last, for it leaves records that are no commands."""
    door = at_the_brokers.door(whole.admin)
    answers = at_the_brokers.answers(door, whole.admin.kafka_bootstrap)
    assert replace(door, answers=answers).objections() == []
