"""SQL is kept in `.sql` files: each query has a name and a line that says why. This reads them, once.

A file of several queries with numbered parameters is read by `queries`; one that has named parameters and optional
filters, and is put together with others, is a template (`template.py`).
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def queries(package: str, file: str) -> Mapping[str, str]:
    """The queries of a file by name; each begins with a line `-- name: <name>`."""
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = text.split("-- name: ")[1:]
    return {name.strip(): body.strip() for name, _, body in (part.partition("\n") for part in parts)}
