"""Names of services that other code refers to."""

from typing import Final

AUDIT: Final = "audit"
QUERY: Final = "query"
"""The query API, beside `reporting`, whose views it reads."""
