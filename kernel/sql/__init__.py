"""Loads SQL from `.sql` files, once; each query has a name and a line that gives its reason.

`queries` reads a file of several queries with numbered parameters. A file that has named parameters and optional
filters, and is composed with others, is a template (`template.py`).
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
