"""The administrator's requests to the brokers: ACLs, SCRAM credentials, settings of topics.

By librdkafka's client, since the one that services use has no calls for them. Everything here waits for the brokers and
belongs to no event loop; call it where nothing else waits.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Protocol, TypeVar, get_args

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from kernel.messaging import kafka
from kernel.messaging.acls import Acl, Operation, Pattern, Permission, ResourceKind
from kernel.runtime.settings import Settings
from operations.errors import OperationError

ANSWERS_WITHIN_S: Final = 20.0
ITERATIONS: Final = 8_192
"""Of SCRAM-SHA-512: what one guess at a stolen credential costs; Kafka takes from 4,096 to 16,384."""
KINDS: Final[Mapping[ResourceKind, ResourceType]] = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional-id": ResourceType.TRANSACTIONAL_ID,
    "cluster": ResourceType.BROKER,  # librdkafka's name for it
}
PATTERNS: Final[Mapping[Pattern, ResourcePatternType]] = {
    "literal": ResourcePatternType.LITERAL,
    "prefixed": ResourcePatternType.PREFIXED,
}
PERMISSIONS: Final[Mapping[Permission, AclPermissionType]] = {
    "allow": AclPermissionType.ALLOW,
    "deny": AclPermissionType.DENY,
}
OPERATIONS: Final[Mapping[Operation, AclOperation]] = {
    name: AclOperation[name.upper().replace("-", "_")] for name in get_args(Operation)
}
USER: Final = "User:"
NAME = TypeVar("NAME", bound=str)


class _Requested(Protocol):
    """A request that is under way."""

    def result(self) -> object:
        """Wait for it; raises what the brokers answered."""


@contextmanager
def administration(settings: Settings) -> Iterator[AdminClient]:
    """A client of the brokers, as the administrator that the settings name.

    Raises:
        OperationError: the brokers do not answer, or refuse a request.
    """
    logger = logging.getLogger("librdkafka")
    logger.setLevel(logging.CRITICAL + 1)  # it logs each failed connection; the error that follows reports it once
    try:
        yield AdminClient(librdkafka(settings), logger=logger)
    except KafkaException as fault:
        error = fault.args[0]
        raise OperationError(f"Kafka at {settings.kafka_bootstrap} refuses: {error.str()} ({error.name()}).") from fault


def librdkafka(settings: Settings) -> dict[str, str | int | float | bool]:
    """The settings in the names of librdkafka.

    Raises:
        ValueError: as `kafka.security` and `kafka.bootstrap`.
    """
    kafka.security(settings)
    login: dict[str, str] = {"security.protocol": settings.kafka_security_protocol}
    if settings.kafka_security_protocol.startswith("SASL"):
        password = settings.kafka_sasl_password
        login |= {
            "sasl.mechanism": settings.kafka_sasl_mechanism,
            "sasl.username": settings.kafka_sasl_username or "",
            "sasl.password": password.get_secret_value() if password else "",
        }
    files = {
        "ssl.ca.location": settings.kafka_ca_file,
        "ssl.certificate.location": settings.kafka_cert_file,
        "ssl.key.location": settings.kafka_key_file,
    }
    given = {name: str(path) for name, path in files.items() if path is not None}
    return {"bootstrap.servers": ",".join(kafka.bootstrap(settings)), **login, **given}


def present_acls(admin: AdminClient) -> frozenset[Acl]:
    """Every entry of the cluster for users, this system's and others'.

    Raises:
        OperationError: this user may not see them. Asked for without that right, the client says that there are none.
    """
    _check_administrator(admin)
    every = AclBindingFilter(
        ResourceType.ANY,
        None,  # type: ignore[arg-type]  # the library's types forget that a filter may leave names open
        ResourcePatternType.ANY,
        None,  # type: ignore[arg-type]
        None,  # type: ignore[arg-type]
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    bindings = admin.describe_acls(every, request_timeout=ANSWERS_WITHIN_S).result()
    return frozenset(_acl(binding) for binding in bindings if binding.principal.startswith(USER))


def _check_administrator(admin: AdminClient) -> None:
    cluster = admin.describe_cluster(include_authorized_operations=True, request_timeout=ANSWERS_WITHIN_S).result()
    if AclOperation.DESCRIBE not in (cluster.authorized_operations or ()):
        raise OperationError(
            "This user may not see the cluster's ACLs: set FORCEGEN_KAFKA_SASL_USERNAME to an administrator's."
        )


def create_acls(admin: AdminClient, acls: Collection[Acl]) -> None:
    """Add entries; one that is there stays."""
    if acls:
        _wait(admin.create_acls([_binding(acl) for acl in acls], request_timeout=ANSWERS_WITHIN_S).values())


def delete_acls(admin: AdminClient, acls: Collection[Acl]) -> None:
    """Remove exactly these entries."""
    if acls:
        _wait(admin.delete_acls([_filter(acl) for acl in acls], request_timeout=ANSWERS_WITHIN_S).values())


def set_passwords(admin: AdminClient, passwords: Mapping[str, str]) -> None:
    """Set the SCRAM-SHA-512 password of each user; only salted hashes of it leave this process."""
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    changes: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(user, info, password.encode()) for user, password in passwords.items()
    ]
    if changes:
        _wait(admin.alter_user_scram_credentials(changes, request_timeout=ANSWERS_WITHIN_S).values())


def has_users(admin: AdminClient, users: Collection[str]) -> bool:
    """Whether the brokers know a SCRAM password of each of these users by now."""
    if not users:
        return True
    described = admin.describe_user_scram_credentials(list(users), request_timeout=ANSWERS_WITHIN_S)
    assert isinstance(described, dict)  # noqa: S101  (by user, where users are named)
    try:
        _wait(described.values())
    except KafkaException as fault:
        if fault.args[0].code() == KafkaError.RESOURCE_NOT_FOUND:
            return False
        raise
    return True


def revoke(admin: AdminClient, user: str) -> None:
    """Remove a user's password. A connection that is open lasts until the brokers demand that it logs in again."""
    changes: list[UserScramCredentialAlteration] = [UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_512)]
    _wait(admin.alter_user_scram_credentials(changes, request_timeout=ANSWERS_WITHIN_S).values())


def topic_names(admin: AdminClient) -> frozenset[str]:
    """Every topic of the cluster."""
    return frozenset(admin.list_topics(timeout=ANSWERS_WITHIN_S).topics)


def set_topic_setting(admin: AdminClient, topics: Collection[str], name: str, value: str) -> None:
    """Set one setting of each topic; the others stay as they are."""
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resources = [ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry]) for topic in sorted(topics)]
    if resources:
        _wait(admin.incremental_alter_configs(resources, request_timeout=ANSWERS_WITHIN_S).values())


def topic_settings(admin: AdminClient, topics: Collection[str], name: str) -> dict[str, str]:
    """One setting of each topic."""
    resources = [ConfigResource(ResourceType.TOPIC, topic) for topic in sorted(topics)]
    described = admin.describe_configs(resources, request_timeout=ANSWERS_WITHIN_S) if resources else {}
    return {resource.name: str(future.result()[name].value) for resource, future in described.items()}


def _wait(requested: Iterable[_Requested]) -> None:
    for request in requested:
        request.result()


def _binding(acl: Acl) -> AclBinding:
    kind, pattern, operation, permission = _words(acl)
    return AclBinding(kind, acl.name, pattern, USER + acl.principal, acl.host, operation, permission)


def _filter(acl: Acl) -> AclBindingFilter:
    kind, pattern, operation, permission = _words(acl)
    return AclBindingFilter(kind, acl.name, pattern, USER + acl.principal, acl.host, operation, permission)


def _words(acl: Acl) -> tuple[ResourceType, ResourcePatternType, AclOperation, AclPermissionType]:
    return KINDS[acl.kind], PATTERNS[acl.pattern], OPERATIONS[acl.operation], PERMISSIONS[acl.permission]


def _acl(binding: AclBinding) -> Acl:
    return Acl(
        binding.principal.removeprefix(USER),
        _name(KINDS, binding.restype),
        binding.name,
        _name(OPERATIONS, binding.operation),
        _name(PATTERNS, binding.resource_pattern_type),
        _name(PERMISSIONS, binding.permission_type),
        binding.host,
    )


def _name(names: Mapping[NAME, object], value: object) -> NAME:
    return next(name for name, own in names.items() if own == value)
