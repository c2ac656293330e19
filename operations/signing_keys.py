"""The key that signs the audit log, where the audit service keeps it. If there is none, none is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kernel.identity.signed_note import Malformed
from operations.errors import OperationError
from services.audit.settings import AuditSettings
from services.audit.tlog import keys


def public_key(directory: Path) -> str:
    """The verifier key that auditors note.

    Raises:
        OperationError: there is no key here, or it cannot be used.
    """
    with _settings(directory) as settings:
        return str(keys.existing(settings).verifier)


def rotate(directory: Path) -> str:
    """Replace the key with a new one, which the old key signs; returns the hand-over to be published.

    Raises:
        OperationError: there is no key here, or it cannot be used.
    """
    with _settings(directory) as settings:
        return keys.rotate(settings)


@contextmanager
def _settings(directory: Path) -> Iterator[AuditSettings]:
    """The audit service's settings: from its environment, else of the one `forcegen up` runs, else of this place."""
    settings = AuditSettings()
    local = directory / "services" / "audit" / settings.directory  # relative to the service's working directory
    if "directory" not in settings.model_fields_set and (local / "key").exists():
        settings = settings.model_copy(update={"directory": local})
    try:
        yield settings
    except (keys.KeyMissing, keys.KeyExposed, Malformed, OSError, UnicodeDecodeError) as error:
        raise OperationError(str(error)) from error
