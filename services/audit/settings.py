"""The settings that only the audit service has: its key, and who else receives its checkpoints."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class AuditSettings(BaseSettings):
    """Settings of the tree, from `FORCEGEN_AUDIT_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="FORCEGEN_AUDIT_", extra="ignore", use_attribute_docstrings=True)

    directory: Path = Path(".forcegen/audit")
    """Where the service keeps its key (`key`, made at the first start), hand-overs and the last checkpoint signed."""
    key: SecretStr | None = None
    """The private key itself, in place of the file."""
    origin: str = "forcegen.local/audit"
    """The name of a new key, which is the log's origin in its checkpoints; unique, never changed later."""
    checkpoint_file: Path | None = None
    """Where else each checkpoint is written: best a place that the service's operators cannot change."""
    witness_url: Annotated[str, Field(pattern="^https?://[^/]")] | None = None
    """A witness that is sent each checkpoint with its proof of consistency, as C2SP tlog-witness says."""
