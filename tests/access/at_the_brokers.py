"""Every topic of the brokers, and how they answer each principal."""

from typing import Final, get_args

from kernel.runtime.settings import Settings
from operations import kafka_admin
from operations.kafka_access import accesses, table
from tests.access.conftest import STRANGER
from tests.access.pairs import REFUSED, WORKS, Attempt, Door
from tests.access.producers import PRODUCERS
from tests.operations.brokers import NONE, TOPIC_AUTHORIZATION_FAILED, Try, as_principal

PRINCIPALS: Final = (*accesses(PRODUCERS), STRANGER)


def listed(admin: Settings) -> set[str]:
    """Every topic of the brokers but their own."""
    with kafka_admin.administration(admin) as client:
        return {name for name in client.list_topics(timeout=10).topics if not name.startswith("__")}


def door(admin: Settings) -> Door:
    """By the ACLs that are made of the services and the producers; what one may read or write, one also sees."""
    rights: dict[str, dict[str, list[str]]] = {}
    for acl in table(PRODUCERS):
        if acl.kind == "topic":
            rights.setdefault(acl.name, {}).setdefault(acl.principal, []).append(acl.operation)
    there = listed(admin)
    return Door(rights, there, PRINCIPALS, dict.fromkeys(there, get_args(Try)))


def answers(door: Door, bootstrap: str) -> dict[Attempt, str]:
    """What the brokers answered to each attempt."""
    words = {NONE: WORKS, TOPIC_AUTHORIZATION_FAILED: REFUSED}
    became: dict[Attempt, str] = {}
    for principal in PRINCIPALS:
        with as_principal(bootstrap, principal) as one:
            for topic, who, what in door.attempts():
                if who == principal:
                    code = one.tries(next(name for name in get_args(Try) if name == what), topic)
                    became[topic, who, what] = words.get(code, f"error {code}")
    return became
