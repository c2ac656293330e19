"""Who may do what at the brokers: the table of ACLs of this system, made from its services and registered producers.

A principal is a name at the brokers. Each service has one of its own name, and so has each registered producer. Three
more are for people and their tools (`operations/kafka_users.py`); each exists only if it is given a credential.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import services.approvals.app
import services.audit.app
import services.deployments.app
import services.reporting.app
import services.vacancies.app
from contracts import command_topics, registry
from kernel.command_service import DecidingService
from kernel.messaging import topics
from kernel.messaging.acls import Access, Acl, ResourceKind, group_of, of_producer, of_service
from kernel.reader_service import ReaderService
from operations.errors import InvalidRequest
from operations.kafka_users import CLI, OPERATOR, REFILL, RegisteredProducer
from operations.refill_topics import TRANSACTIONAL_ID

SERVICES: Final[Sequence[DecidingService | ReaderService]] = (
    services.approvals.app.SERVICE,
    services.vacancies.app.SERVICE,
    services.deployments.app.SERVICE,
    services.reporting.app.SERVICE,
    services.audit.app.SERVICE,
)
ADMINISTRATORS: Final = ("admin", "broker", "controller")
"""Names of super users: no producer may have them."""
TOPICS: Final = frozenset(topic for service in SERVICES for topic in (*service.topics_in, *service.topics_out))
"""Every topic of the system that does not belong to one producer; `every_topic` has those too."""
NAMESPACE: Final[Sequence[tuple[ResourceKind, str]]] = (
    *(("topic", f"{service.name}.") for service in SERVICES),
    ("group", group_of("")),
    ("transactional-id", group_of("")),
)
"""How all names of this system begin, those of producers among them."""
GROUPS: Final = frozenset(group_of(service.name) for service in SERVICES)


def every_topic(producers: Collection[RegisteredProducer] = (), there: Collection[str] = ()) -> frozenset[str]:
    """Every topic of the system; of those that are `there`, the own topics of producers that have left."""
    return TOPICS | _own_topics(registry.SERVICES, producers, there)


def accesses(producers: Collection[RegisteredProducer] = (), there: Collection[str] = ()) -> Mapping[str, Access]:
    """The access of every principal, by its name.

    A topic of a producer that has left is still read, to its end: `there` are the topics of the cluster.

    Raises:
        InvalidRequest: a producer has the name of another principal, or a topic that is not one for commands.
    """
    every = every_topic(producers, there)
    services = [
        of_service(
            service.name,
            [*service.topics_in, *_own_topics(service.commands_of, producers, there)],
            service.topics_out,
        )
        for service in SERVICES
    ]
    own = {access.principal: access for access in (*services, _operator(every), _refill(every), _cli())}
    taken = {*own, *ADMINISTRATORS}
    for producer in producers:
        if producer.name in taken:
            raise InvalidRequest(f"The name {producer.name} is taken at the brokers: give the producer another one.")
        taken.add(producer.name)
        if wrong := [topic for topic in producer.topics if command_topics.service_of(topic) is None]:
            raise InvalidRequest(
                f"{producer.name} may not write {wrong[0]}: a producer writes <service>.commands or"
                " <service>.commands.<producer>, and nothing that a service publishes."
            )
    return own | {producer.name: of_producer(producer.name, producer.topics) for producer in producers}


def table(producers: Collection[RegisteredProducer] = (), there: Collection[str] = ()) -> frozenset[Acl]:
    """Every ACL that the cluster has for this system, and no other; arguments and errors as of `accesses`."""
    return frozenset(acl for access in accesses(producers, there).values() for acl in access.acls())


def _own_topics(
    services: Collection[str], producers: Collection[RegisteredProducer], there: Collection[str]
) -> frozenset[str]:
    named = (topic for producer in producers for topic in producer.topics)
    return frozenset(command_topics.of_producers(services, (*named, *there)))


def _operator(every: Collection[str]) -> Access:
    return Access(OPERATOR, reads=every, sees_configs=every, sees_groups=GROUPS)


def _refill(every: Collection[str]) -> Access:
    return Access(
        REFILL,
        reads=every,
        writes=every,
        creates=every,
        sees_configs=every,
        sets_configs=[topic for topic in every if topics.are_commands(topic)],
        sees_groups=GROUPS,
        transactional_ids=[TRANSACTIONAL_ID],
    )


def _cli() -> Access:
    return Access(
        CLI,
        reads=[topics.of_log(service, log) for service in registry.SERVICES for log in ("outcomes", "events")],
        writes=[topics.commands(service) for service in registry.SERVICES],
    )
