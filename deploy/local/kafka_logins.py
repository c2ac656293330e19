"""Names and passwords at the local Kafka: random, made once, in owner-only files beside the data.

Super users (`broker`, `controller`, `admin`) are in Kafka's own settings and log in with PLAIN, which needs no
credential in the storage: none is ever an argument of a program or an output of one. Everybody else is a SCRAM user,
whose salted hash Kafka keeps.
"""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from deploy.local.errors import broken

ADMIN: Final = "admin"
BROKER: Final = "broker"
CONTROLLER: Final = "controller"
SUPERUSERS: Final = (ADMIN, BROKER, CONTROLLER)
SUPERUSERS_FILE: Final = Path("kafka.passwords.json")
USERS_FILE: Final = Path("services", "kafka-passwords.json")
PASSWORD_BYTES: Final = 24


@dataclass(frozen=True)
class KafkaLogin:
    """How one principal logs in at the local Kafka."""

    username: str
    password: str = field(repr=False)

    @property
    def mechanism(self) -> Literal["PLAIN", "SCRAM-SHA-512"]:
        return "PLAIN" if self.username in SUPERUSERS else "SCRAM-SHA-512"

    def as_environment(self) -> Mapping[str, str]:
        """The settings of a process that logs in so."""
        return {
            "FORCEGEN_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "FORCEGEN_KAFKA_SASL_MECHANISM": self.mechanism,
            "FORCEGEN_KAFKA_SASL_USERNAME": self.username,
            "FORCEGEN_KAFKA_SASL_PASSWORD": self.password,
        }


def login_of(user: str, directory: Path) -> KafkaLogin | None:
    """How a user logs in at the Kafka of a directory; None if it has no such user."""
    file = SUPERUSERS_FILE if user in SUPERUSERS else USERS_FILE
    password = passwords_in(directory / file).get(user)
    return None if password is None else KafkaLogin(user, password)


def passwords_in(path: Path) -> Mapping[str, str]:
    """The stored passwords by user; none if there is no file.

    Raises:
        StackError: the file is there and cannot be read as what it is.
    """
    try:
        passwords: Mapping[str, str] = json.loads(path.read_text()) if path.exists() else {}
    except ValueError:
        raise broken(path, "it is cut short or changed") from None
    return passwords


def completed(passwords: Mapping[str, str], users: Collection[str]) -> Mapping[str, str]:
    """The password of each of these users: the stored one, or a new one."""
    return {user: passwords.get(user) or secrets.token_urlsafe(PASSWORD_BYTES) for user in users}
