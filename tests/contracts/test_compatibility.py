"""A version of a word never changes so that old messages, or old code, are left behind."""

import io
import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.publish import PUBLISHED, WORDS, file_name, schema
from contracts.words import LineTerms, Message
from tests.contracts.compatibility import Schema, breaking_changes
from tests.contracts.tightened import TIGHTENINGS, tightened

OLD_READS_NOT = "old code would not read what is written from now on"
NEW_READS_NOT = "new code would not read what was written before"


def a_schema() -> Schema:
    """Of the terms of a mandate line: required, optional and nested fields, enums, patterns, dates."""
    return LineTerms.model_json_schema()


def changed(change: Callable[[dict[str, Any], list[str]], object]) -> list[str]:
    """What breaks when the fields and the required ones are changed like this."""
    new = a_schema()
    change(new["properties"], new["required"])
    return breaking_changes(a_schema(), new)


def test_nothing_breaks_where_nothing_changes() -> None:
    assert breaking_changes(a_schema(), a_schema()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda fields, _: fields.update(note={"type": "string"}),
        lambda fields, _: fields.update(note={"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}),
        lambda fields, _: fields["ceiling"].update(description="People present at one time", title="Ceiling"),
    ],
    ids=["an optional field", "a field that may be null", "other descriptions"],
)
def test_additions_break_nothing(change: Callable[[dict[str, Any], list[str]], object]) -> None:
    assert changed(change) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda fields, required: (fields.update(note={"type": "string"}), required.append("note")), "note"),
        (lambda fields, required: (fields.pop("ceiling"), required.remove("ceiling")), "ceiling"),
        (lambda fields, _: fields.pop("valid_until"), "valid_until"),
        (lambda _, required: required.append("qualifier"), "qualifier"),
        (lambda _, required: required.remove("ceiling"), "ceiling"),
        (lambda fields, _: fields["qualifier"]["enum"].append("exactly"), f"qualifier: {OLD_READS_NOT}"),
        (lambda fields, _: fields["qualifier"]["enum"].remove("about"), f"qualifier: {NEW_READS_NOT}"),
        (lambda fields, _: fields.update(ceiling={"type": "string"}), f"ceiling: {OLD_READS_NOT}"),
        (lambda fields, _: fields["missions"].update(maxItems=5), f"missions: {NEW_READS_NOT}"),
        (lambda fields, _: fields["ceiling"].update(maximum=10**6), f"ceiling: {OLD_READS_NOT}"),
        (lambda fields, _: fields["line"].update(pattern="^[a-z]+$"), "line: its pattern changed"),
        (lambda fields, _: fields["valid_from"].update(format="date-time"), "valid_from: its format changed"),
    ],
)
def test_what_breaks_is_reported_with_its_field(
    change: Callable[[dict[str, Any], list[str]], object], expected: str
) -> None:
    faults = changed(change)
    assert faults
    assert all(fault.startswith(expected.partition(":")[0]) for fault in faults), faults
    assert any(expected in fault for fault in faults), faults


def test_what_breaks_inside_a_field_is_reported_with_the_field() -> None:
    new = a_schema()
    new["$defs"]["SubCeiling"]["properties"]["ceiling"] = {"type": "string"}
    assert breaking_changes(a_schema(), new) == [f"sub_ceilings: {NEW_READS_NOT}", f"sub_ceilings: {OLD_READS_NOT}"]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.__name__)
def test_a_word_is_compatible_with_its_published_schema(word: type[Message]) -> None:
    published = json.loads((PUBLISHED / "schemas" / file_name(word)).read_bytes())
    assert breaking_changes(published, schema(word)) == []


def test_a_published_version_never_changes_incompatibly() -> None:
    broken = []
    for path, old in baseline().items():
        file = PUBLISHED / "schemas" / path
        now = json.loads(file.read_bytes()) if file.exists() else None
        faults = ["it is gone"] if now is None else breaking_changes(tightened(old), now)
        broken += [f"{path}: {fault}" for fault in faults]
    assert broken == [], "give the word a new version and an upcaster instead"


def test_a_tightening_that_is_listed_is_let_through_and_every_other_one_is_reported() -> None:
    draft: Schema = {"properties": {"since": {"type": "string", "format": "date"}, "nr": {"type": "integer"}}}
    now = tightened(draft)
    assert now["properties"]["since"]["pattern"].startswith("^(19|20|21)")
    assert f"since: {NEW_READS_NOT}" in breaking_changes(draft, now)
    assert breaking_changes(tightened(draft), now) == []
    now["properties"]["nr"]["maximum"] = 7
    assert f"nr: {NEW_READS_NOT}" in breaking_changes(tightened(draft), now)
    assert all(tightening.reason for tightening in TIGHTENINGS)


def baseline() -> dict[str, Schema]:
    """The schemas as they were published: where this branch left origin/main, else at HEAD, else (no git) on disk."""
    folder = PUBLISHED / "schemas"
    published = _archived(folder) or {file.name: file.read_bytes() for file in folder.glob("*.json")}
    return {name: json.loads(content) for name, content in published.items()}


def _archived(folder: Path) -> dict[str, bytes] | None:
    """The files of a folder at the base commit; None where there is no repository, or they are not in it yet."""
    try:
        base = subprocess.run(
            ["git", "merge-base", "HEAD", "origin/main"], cwd=folder, capture_output=True, check=False
        )
        commit = base.stdout.decode().strip() or "HEAD"
        archive = subprocess.run(["git", "archive", commit, "."], cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:  # no git on this machine
        return None
    if archive.returncode != 0:
        return None
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        members = {Path(member.name).name: tar.extractfile(member) for member in tar if member.isfile()}
        return {name: content.read() for name, content in members.items() if content is not None}
