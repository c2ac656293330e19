"""What each principal may do at the brokers, as Kafka's ACLs, derived from the topics that it reads and writes.

The broker tells no consumer who wrote a record, so readers believe a topic: its ACL is what makes that safe. Only the
service itself may write what it publishes, and each ACL names one resource exactly (`LITERAL`): a prefix such as
`approvals.` would cover commands and events alike, and `approvals` the topics of a service `approvals-north` too.

Kafka: security/authorization-and-acls, "Operations and Resources on Protocols".
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

ResourceKind: TypeAlias = Literal["topic", "group", "transactional-id", "cluster"]
Operation: TypeAlias = Literal[
    "all",
    "read",
    "write",
    "create",
    "delete",
    "alter",
    "describe",
    "cluster-action",
    "describe-configs",
    "alter-configs",
    "idempotent-write",
]
Pattern: TypeAlias = Literal["literal", "prefixed"]
Permission: TypeAlias = Literal["allow", "deny"]
ANY: Final = "*"
"""As the name of a literal resource or as a host: every one."""


@dataclass(frozen=True, slots=True, order=True)
class Acl:
    """One access control entry of a cluster."""

    principal: str
    """The user's name at the brokers, without `User:`."""
    kind: ResourceKind
    name: str
    operation: Operation
    pattern: Pattern = "literal"
    permission: Permission = "allow"
    host: str = ANY

    def covers(self, kind: ResourceKind, name: str) -> bool:
        """Whether the entry applies to a resource."""
        if self.kind != kind:
            return False
        return name.startswith(self.name) if self.pattern == "prefixed" else self.name in (name, ANY)

    def __str__(self) -> str:
        where = f"{self.kind} {self.name}" + (" and every name that begins so" if self.pattern == "prefixed" else "")
        host = "" if self.host == ANY else f" from {self.host}"
        return f"{self.principal}: {self.permission} {self.operation} on {where}{host}"


@dataclass(frozen=True, slots=True)
class Access:
    """What one principal needs; the tables of ACLs follow from it."""

    principal: str
    reads: Collection[str] = ()
    """Topics."""
    writes: Collection[str] = ()
    """Topics."""
    describes: Collection[str] = ()
    """Topics of which it sees that they exist, their partitions and their offsets; reading and writing include it."""
    creates: Collection[str] = ()
    """Topics."""
    sees_configs: Collection[str] = ()
    """Topics."""
    sets_configs: Collection[str] = ()
    """Topics."""
    joins: Collection[str] = ()
    """Consumer groups that it is a member of."""
    sees_groups: Collection[str] = ()
    """Consumer groups whose members it sees."""
    transactional_ids: Collection[str] = ()
    """The ids of its transactional producers."""

    def acls(self) -> frozenset[Acl]:
        """The entries, each for one resource and one operation."""
        described = {*self.reads, *self.writes, *self.describes}
        groups = {*self.joins, *self.sees_groups}
        return frozenset(
            Acl(self.principal, kind, name, operation)
            for kind, operation, names in _entries(self, described, groups)
            for name in names
        )


def _entries(
    access: Access, described: Collection[str], groups: Collection[str]
) -> Iterable[tuple[ResourceKind, Operation, Collection[str]]]:
    yield "topic", "read", access.reads
    yield "topic", "write", access.writes
    yield "topic", "describe", described
    yield "topic", "create", access.creates
    yield "topic", "describe-configs", access.sees_configs
    yield "topic", "alter-configs", access.sets_configs
    yield "group", "read", access.joins
    yield "group", "describe", groups
    yield "transactional-id", "write", access.transactional_ids
    yield "transactional-id", "describe", access.transactional_ids


def group_of(service: str) -> str:
    """The consumer group of a service."""
    return f"forcegen.{service}"


def of_service(name: str, topics_in: Collection[str], topics_out: Collection[str]) -> Access:
    """A service: it reads its inputs in its group and writes its own logs, which its relay also reads again.

    It creates no topic and holds no transactional id: its producer is idempotent only.
    """
    return Access(name, reads={*topics_in, *topics_out}, writes=topics_out, joins=[group_of(name)])


def of_producer(name: str, topics: Collection[str]) -> Access:
    """Another system that sends commands: it writes its topics and reads nothing, not even its own answers.

    Outcomes of all senders share a topic, with numbers of States in their reasons; a sender asks for its own over HTTP.
    """
    return Access(name, writes=topics)


@dataclass(frozen=True, slots=True)
class AclDifference:
    """How the entries of a cluster differ from the table."""

    missing: Sequence[Acl]
    superfluous: Sequence[Acl]

    def __bool__(self) -> bool:
        return bool(self.missing or self.superfluous)


def difference(
    table: Collection[Acl],
    present: Collection[Acl],
    *,
    namespace: Collection[tuple[ResourceKind, str]] = (),
    keep: Collection[str] = (),
) -> AclDifference:
    """What to add to and remove from a cluster, so that its entries for this system are exactly those of the table.

    An entry concerns the system if it is for one of the table's principals, covers one of the table's resources, or is
    for a name that begins as one of `namespace`: a producer that is registered no longer stands in no table. A cluster
    may have other entries, which are left alone, as are those of the principals in `keep`.
    """
    wanted = frozenset(table)
    principals = {acl.principal for acl in wanted}
    resources = {(acl.kind, acl.name) for acl in wanted}
    superfluous = [
        acl
        for acl in set(present) - wanted
        if acl.principal not in keep
        and (
            acl.principal in principals
            or any(acl.covers(kind, name) for kind, name in resources)
            or any(acl.kind == kind and acl.name.startswith(begin) for kind, begin in namespace)
        )
    ]
    return AclDifference(sorted(wanted - set(present)), sorted(superfluous))
