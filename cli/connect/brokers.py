"""How to reach Kafka, and the keys of the local system's producers."""

from pathlib import Path

from cli.connect.endpoints import running_system
from cli.output.errors import CommandError
from deploy.local.kafka_logins import login_of
from kernel.runtime.settings import Settings
from operations.kafka_settings import of_local_login
from operations.local_keys import LocalKeys, keys_in_force


def kafka(given: str | None, directory: Path, user: str) -> Settings:
    """How to reach Kafka: at a given address as `FORCEGEN_KAFKA_…` says, else at the one that is up here as `user`.

    Raises:
        CommandError: no system runs from the directory, or its Kafka has no such user.
    """
    if given is not None:
        return Settings(kafka_bootstrap=given)
    address, login = running_system(directory).kafka_bootstrap, login_of(user, directory)
    if login is None:
        raise CommandError(f"Kafka in {directory} has no user {user}: run `forcegen up` again, which makes it.")
    return of_local_login(address, login)


def producers_keys(given: str | None, directory: Path) -> LocalKeys | None:
    """The keys of the producers of the system that is up here; None for a Kafka at a given address, or where the
    services go by a register of somebody else's making.

    Raises:
        OperationError: the register here cannot be read.
    """
    return None if given is not None else keys_in_force(directory)
