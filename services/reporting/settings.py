"""The settings of the query API beyond those of every process: where the archive is."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class QuerySettings(BaseSettings):
    """Settings of the query API, from `FORCEGEN_QUERY_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="FORCEGEN_QUERY_", extra="ignore", use_attribute_docstrings=True)

    audit_url: str | None = None
    """Where the audit service answers, e.g. http://audit:8080; without it, reports come without receipts."""
    archive_pages_url: Annotated[str, Field(pattern="^https?://[^/]")] | None = None
    """Where browsers find the audit service's pages, if not at AUDIT_URL: pages link each event to its record there."""
    audit_token: SecretStr | None = None
    """The token that the query API shows the audit service: a reader's, for every State."""
