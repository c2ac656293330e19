"""Helpers of the Postgres store: its queries, and rows in the shape that `unnest` takes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import asyncpg

from kernel.sql import queries

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy


@lru_cache(maxsize=1)
def sql() -> Mapping[str, str]:
    """The store's queries."""
    return queries("kernel.sql", "store.sql")


def columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    """Rows as one array a column, the shape that `unnest` takes."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
