"""Which files of a schema are still to be applied, and which database is refused."""

from pathlib import Path
from uuid import uuid4

import pytest

from kernel.command_service import MIGRATIONS
from kernel.store.schema_files import Migrations, SchemaFile, SchemaFiles, SchemaRefused, pending, read
from services.audit.app import SERVICE as AUDIT
from services.reporting.app import SERVICE as REPORTING

FIRST = SchemaFile("a/migrations/0001-baseline.sql", "CREATE TABLE a ()")
SECOND = SchemaFile("a/migrations/0002-more.sql", "CREATE TABLE b ()")
FUNCTION = SchemaFile("a/migrations/functions/f.sql", "CREATE OR REPLACE FUNCTION f() …")
VIEW = SchemaFile("a/migrations/views/v.sql", "CREATE OR REPLACE VIEW v …")
KNOWN = SchemaFiles([FIRST, SECOND], [FUNCTION, VIEW])


def applied(*files: SchemaFile) -> dict[str, str]:
    return {file.name: file.checksum for file in files}


def edited(file: SchemaFile) -> SchemaFile:
    return SchemaFile(file.name, f"{file.sql} -- and more")


def test_an_empty_database_takes_every_file() -> None:
    assert pending(KNOWN, {}) == KNOWN


def test_a_current_database_takes_nothing() -> None:
    assert pending(KNOWN, applied(FIRST, SECOND, FUNCTION, VIEW)) == SchemaFiles([], [])


def test_a_new_step_comes_with_every_repeatable_file() -> None:
    """What the step changed may be what they were made of."""
    assert pending(KNOWN, applied(FIRST, FUNCTION, VIEW)) == SchemaFiles([SECOND], [FUNCTION, VIEW])


@pytest.mark.parametrize("there", [[edited(FUNCTION), VIEW], [FUNCTION]], ids=["a changed one", "a new one"])
def test_a_repeatable_file_that_differs_is_applied_with_all_others(there: list[SchemaFile]) -> None:
    assert pending(KNOWN, applied(FIRST, SECOND, *there)) == SchemaFiles([], [FUNCTION, VIEW])


def test_an_edited_step_is_refused_by_its_name() -> None:
    with pytest.raises(SchemaRefused, match=r"a/migrations/0001-baseline\.sql was edited .* Restore the file"):
        pending(KNOWN, applied(edited(FIRST), SECOND))


def test_a_newer_schema_is_refused() -> None:
    newer = SchemaFile("a/migrations/0003-later.sql", "")
    with pytest.raises(SchemaRefused, match=r"newer than this program: it holds a/migrations/0003-later\.sql"):
        pending(KNOWN, applied(FIRST, SECOND, newer))


def test_a_step_that_would_go_before_an_applied_one_is_refused() -> None:
    with pytest.raises(SchemaRefused, match=r"0001-baseline\.sql is not applied .*0002-more\.sql"):
        pending(KNOWN, applied(SECOND))


def test_a_repeatable_file_that_is_gone_refuses_nothing() -> None:
    assert not pending(KNOWN, applied(FIRST, SECOND, FUNCTION, VIEW, edited(VIEW)) | {"a/views/old.sql": "0"}).steps


def test_every_file_of_every_service_is_a_step_or_declared() -> None:
    for folders in (MIGRATIONS, REPORTING.schema, AUDIT.schema):
        assert read(folders).steps[0].name == "kernel/migrations/reading/0001-baseline.sql"


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["0001-a.sql", "0001-b.sql"], "another step has the number of 0001-b"),
        (["0001-a.sql", "views/v.sql"], "views/v.sql is no numbered step, and is not declared"),
        (["0001-a.sql", "first.sql"], "first.sql is no numbered step"),
        ([], "functions/f.sql is declared, and is not there"),
    ],
)
def test_files_that_say_nothing_clear_are_refused_when_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], why: str
) -> None:
    package = tmp_path / f"stranger_{uuid4().hex}"
    for name in ["__init__.py", *(f"migrations/{name}" for name in names)]:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("")
    (package / "migrations").mkdir(exist_ok=True)
    monkeypatch.syspath_prepend(tmp_path)
    repeatable = () if names else ("functions/f.sql",)
    with pytest.raises(ValueError, match=why):
        read([Migrations(package.name, repeatable=repeatable)])
