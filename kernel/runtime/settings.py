"""Settings: every limit has a name, a unit and a bound, and comes from the environment.

`FORCEGEN_<NAME>` holds for every service and `FORCEGEN_<SERVICE>_<NAME>` for one, so a service's database, port or
batch size may differ. Addresses of databases are secrets and never printed.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

Host = Annotated[str, AfterValidator(lambda host: host.strip().removeprefix("[").removesuffix("]"))]
"""A name or an address; an IPv6 address may stand in brackets."""
Milliseconds = Annotated[int, Field(ge=1, le=3_600_000)]
RootPath = Annotated[
    str, BeforeValidator(lambda path: str(path).rstrip("/")), Field(pattern=r"^(/[A-Za-z0-9_~][A-Za-z0-9_~.-]*)*$")
]
"""A prefix of paths: nothing, or segments that begin with a slash; one at the end is left out."""


class Settings(BaseSettings):
    """The settings of one process of a service."""

    model_config = SettingsConfigDict(env_prefix="FORCEGEN_", extra="ignore", use_attribute_docstrings=True)

    kafka_bootstrap: str = "127.0.0.1:9092"
    """Kafka's bootstrap servers, comma separated."""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """The protocol to the brokers, in Kafka's own terms; the unencrypted ones only to brokers on this machine."""
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """The mechanism that sends the name and password, with the SASL protocols."""
    kafka_sasl_username: str | None = None
    """The service's user name at the brokers."""
    kafka_sasl_password: SecretStr | None = None
    """The service's password at the brokers."""
    kafka_ca_file: Path | None = None
    """The authorities of the brokers' certificates (PEM); by default the system's."""
    kafka_cert_file: Path | None = None
    """The service's own certificate (PEM), if the brokers require one."""
    kafka_key_file: Path | None = None
    """The key of that certificate (PEM)."""
    database_url: SecretStr = SecretStr("postgresql://127.0.0.1:5432/forcegen")
    """The service's database, as the service's own role; the role's search_path is the service's schema."""
    http_host: Annotated[str, AfterValidator(lambda host: host.strip().removeprefix("[").removesuffix("]"))] = (
        "127.0.0.1"
    )
    """Where the service listens; `::` for every address of IPv6 and IPv4, 0.0.0.0 for those of IPv4."""
    http_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """0: any free port."""
    http_root_path: RootPath | None = None
    """The prefix under which a proxy serves the service, e.g. /forcegen; every link then begins with it."""
    http_hosts: str | None = None
    """Host names of the service, comma separated; *.example.org for all names under one, * for any. Numbers and
    localhost are always answered. If none is set and HTTP_HOST is not this machine alone, any name is answered."""
    http_proxies: str | None = None
    """Addresses of the proxies in front of the service, comma separated: only theirs is `X-Forwarded-For` believed, for
    the records of who called. It never decides who may call."""
    tokens_file: Path | None = None
    """Who may use the service over HTTP with a static token: a line for each, with the SHA-256 of the token."""
    session_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    """Signs the sessions of those who sign in to pages; the same for processes that are to take each other's."""
    identity_providers_file: Path | None = None
    """Which identity providers are trusted, for access tokens (JWT) and for signing in to pages, and what their claims
    mean here (TOML)."""
    producers: Path | None = None
    """The register of producers, signed by two operators: who may send which commands. Without one, the sender of a
    command is believed by its word."""
    producers_operators: str | None = None
    """The operators' keys that sign the register, comma separated, as `forcegen producers operator-key` prints them."""
    demo_clock: bool = False
    """Whether commands may name the instant at which they are put on record (`democlock`), each event marked. For a
    demo alone: the service does not start unless its brokers, database and HTTP address are on this machine."""
    log_level: str = "INFO"
    """The lowest level that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL."""

    topic_partitions: Annotated[int, Field(ge=1, le=1000)] = 4
    """Partitions of a topic when it is created; never changed later, since a key's partition must not move."""
    topic_replication: Annotated[int, Field(ge=1, le=10)] = 1
    """Replicas of a topic; 3 on a cluster."""

    batch_records_max: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Records in one batch from Kafka, and so in one transaction."""
    batch_timeout_ms: Milliseconds = 20
    """How long a poll waits for a batch to fill."""
    fetch_bytes_max: Annotated[int, Field(ge=65_536)] = 8_388_608
    """Bytes that one fetch may return: bounds the memory of a service."""
    command_bytes_max: Annotated[int, Field(ge=1024, le=900_000)] = 262_144
    """The largest command; its events must fit Kafka's 1 MiB record."""
    streams_cached_max: Annotated[int, Field(ge=1)] = 10_000
    """Folded streams kept in memory; the least recently used go first."""
    held_max: Annotated[int, Field(ge=1)] = 10_000
    """Newer events of other services that are held for an upgrade; partitions that bring more stand still."""
    http_waiting_max: Annotated[int, Field(ge=1)] = 1_000
    """Commands that may wait for an answer over HTTP; more are answered 503 with Retry-After."""

    relay_batch_max: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    """Rows that the relay sends before it waits for all of them."""
    relay_poll_ms: Milliseconds = 200
    """How long the relay sleeps when nothing wakes it."""
    relay_lease_ms: Annotated[int, Field(ge=2_000)] = 10_000
    """How long a relay's sends may still be in flight after it died; its successor waits that long."""

    retry_delay_ms: Milliseconds = 100
    """The first pause after a passing fault; doubled each time."""
    retry_delay_max_ms: Milliseconds = 5_000
    """The longest pause after a passing fault."""
    stuck_after_ms: Milliseconds = 30_000
    """A process is unhealthy if there is work but no progress for this long."""

    @classmethod
    def for_service(cls, service: str) -> Self:
        """The service's own settings over those for all services."""
        own = EnvSettingsSource(cls, env_prefix=f"FORCEGEN_{service.upper()}_")()
        return cls(**own)
