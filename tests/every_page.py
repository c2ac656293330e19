"""Every page of a service, from its table of permits: what looks at all pages finds a new one by itself."""

import re
from collections.abc import Mapping
from typing import Final

from kernel.http.permits import Permits

NOT_PAGES: Final = (".json", ".csv", ".xlsx", ".svg")
"""How the addresses of a page's twins and pictures end; a browser shows or keeps them by itself."""
_PLACE: Final = re.compile(r"\{(\w+)(?::path)?\}")


def paths_of(permits: Permits) -> list[str]:
    """The paths of the pages in a table of permits."""
    requests = (request.partition(" ") for request, permit in permits.items() if permit.page)
    return [path for method, _, path in requests if method == "GET" and not path.endswith(NOT_PAGES)]


def address_of(path: str, things: Mapping[str, str]) -> str:
    """The address of a page about these things; raises `KeyError` for a kind of thing that is not among them."""
    return _PLACE.sub(lambda place: things[place[1]], path)
