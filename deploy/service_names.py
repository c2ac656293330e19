"""The services that others look for by name."""

from typing import Final

AUDIT: Final = "audit"
QUERY: Final = "query"
"""The query API, beside `reporting`, whose views it reads."""
