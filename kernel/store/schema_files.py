"""A schema as files: numbered steps, each applied once, and repeatable files, all applied again when one changes.

A step (`0002-….sql`) changes tables and is never edited once it has been applied: its checksum is stored with it. A
repeatable file holds one function or view, written so that it can be applied again (`CREATE OR REPLACE …`). Steps go
first, because repeatable files name the tables. A step may change the tables that repeatable files use, so all of these
are applied again after a step.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Final

_STEP: Final = re.compile(r"(?P<number>\d{4})-[a-z0-9-]+\.sql")


class SchemaRefused(SystemExit):
    """This program may not change the database. Ends the process; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Migrations:
    """A directory of steps, and the repeatable files below it."""

    package: str
    folder: str = "migrations"
    repeatable: tuple[str, ...] = ()
    """Paths below the directory, in the order in which they are applied: each after those that it uses."""


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """One file; its name is its path in the project."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256, in hexadecimal."""
        return sha256(self.sql.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SchemaFiles:
    """Files in the order in which they are applied."""

    steps: Sequence[SchemaFile]
    repeatable: Sequence[SchemaFile]


def read(folders: Sequence[Migrations]) -> SchemaFiles:
    """The files of several directories, those of the first one first.

    Raises:
        ValueError: a file is neither a step nor declared, a declared file is missing, or two steps share a number.
    """
    steps, repeatable = [], []
    for each in folders:
        folder = files(each.package).joinpath(each.folder)
        entries = {name: file for name, file in _sql_files(folder) if name not in each.repeatable}
        if strangers := [name for name in entries if not _STEP.fullmatch(name)]:
            raise ValueError(f"{each.package}/{each.folder}: {strangers[0]} is no numbered step, and is not declared")
        if twice := [later for one, later in pairwise(sorted(entries)) if one[:4] == later[:4]]:
            raise ValueError(f"{each.package}/{each.folder}: another step has the number of {twice[0]}")
        steps += [_file(each, folder, name) for name in sorted(entries)]
        repeatable += [_file(each, folder, name) for name in each.repeatable]
    return SchemaFiles(steps, repeatable)


def pending(known: SchemaFiles, applied: Mapping[str, str]) -> SchemaFiles:
    """The files still to be applied to a database that has applied `applied`: checksums by file name.

    Raises:
        SchemaRefused: an applied step was edited or is unknown here, or a new step would come before an applied one.
    """
    _refuse_newer(known, applied)
    _refuse_edited(known, applied)
    steps = [step for step in known.steps if step.name not in applied]
    _refuse_belated(steps, applied)
    is_current = not steps and all(applied.get(file.name) == file.checksum for file in known.repeatable)
    return SchemaFiles(steps, [] if is_current else known.repeatable)


def _refuse_newer(known: SchemaFiles, applied: Mapping[str, str]) -> None:
    unknown = sorted(name for name in applied.keys() - {step.name for step in known.steps} if _is_step(name))
    if unknown:
        raise SchemaRefused(
            f"The schema is newer than this program: it holds {unknown[-1]}, which this program does not have."
            " Start the version of the program that made it, or a later one."
        )


def _refuse_edited(known: SchemaFiles, applied: Mapping[str, str]) -> None:
    for step in known.steps:
        if applied.get(step.name, step.checksum) != step.checksum:
            raise SchemaRefused(
                f"{step.name} was edited after it was applied to this database."
                " Restore the file as it was, and write the change as a new step with the next number."
            )


def _refuse_belated(steps: Sequence[SchemaFile], applied: Mapping[str, str]) -> None:
    for step in steps:
        folder = step.name.rpartition("/")[0]
        later = [name for name in applied if _is_step(name) and name.rpartition("/")[0] == folder and name > step.name]
        if later:
            raise SchemaRefused(
                f"{step.name} is not applied to this database, and {min(later)}, which comes behind it, is."
                " Give it the next number."
            )


def _is_step(name: str) -> bool:
    return _STEP.fullmatch(name.rpartition("/")[2]) is not None


def _sql_files(folder: Traversable, below: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sql_files(entry, f"{below}{entry.name}/")
        elif entry.name.endswith(".sql"):
            yield f"{below}{entry.name}", entry


def _file(of: Migrations, folder: Traversable, name: str) -> SchemaFile:
    path = f"{of.package.replace('.', '/')}/{of.folder}/{name}"
    try:
        return SchemaFile(path, folder.joinpath(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path} is declared, and is not there") from error
