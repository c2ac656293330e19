"""How to reach Kafka, and the keys of the local system's producers."""

from pathlib import Path

from cli.connect.endpoints import nothing_is_up
from cli.lazy import at_first_use
from cli.output.errors import CommandError
from deploy.local.endpoints import read_endpoints
from deploy.local.kafka_logins import login_of
from deploy.local.ports import LOOPBACK
from kernel.runtime.settings import Settings
from operations.kafka_settings import of_local_login
from operations.local_keys import LocalKeys, keys_in_force

with at_first_use():
    from deploy.local import stack


def kafka(given: str | None, directory: Path, user: str) -> Settings:
    """How to reach Kafka: at a given address as `FORCEGEN_KAFKA_…` says, else at the one that is up here as `user`.

    Raises:
        CommandError: no Kafka runs from the directory, or it has no such user.
    """
    if given is not None:
        return Settings(kafka_bootstrap=given)
    address, login = _bootstrap(directory), login_of(user, directory)
    if login is None:
        raise CommandError(f"Kafka in {directory} has no user {user}: run `forcegen up` again, which makes it.")
    return of_local_login(address, login)


def _bootstrap(directory: Path) -> str:
    """Where Kafka is, also while the services are stopped and the servers are not (`forcegen down --keep-servers`)."""
    if endpoints := read_endpoints(directory):
        return endpoints.kafka_bootstrap
    server = stack.status(directory).kafka
    if not server.running or server.port is None:
        raise nothing_is_up(directory)
    return f"{LOOPBACK}:{server.port}"


def producers_keys(given: str | None, directory: Path) -> LocalKeys | None:
    """The keys of the producers of the system that is up here; None for a Kafka at a given address, or where the
    services go by a register of somebody else's making.

    Raises:
        OperationError: the register here cannot be read.
    """
    return None if given is not None else keys_in_force(directory)
