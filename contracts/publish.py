"""Writes the published form of the contracts: JSON Schemas, examples, vectors, the AsyncAPI document.

    python -m contracts.publish            write contracts/published
    python -m contracts.publish --check    exit 1 and name each file that differs from the contracts

The files are committed, so that a change of a contract is visible in review. The schema and the example of an earlier
version are never rewritten and never removed: every version ever published stays readable.
"""

import re
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import orjson

from contracts import asyncapi, vectors
from contracts.cloudevents import to_structured
from contracts.examples import EXAMPLES, enveloped
from contracts.outcome import CommandDecided
from contracts.registry import COMMANDS, EVENTS, schema_name
from contracts.words import Message

PUBLISHED: Final = Path(__file__).parent / "published"
WORDS: Final[tuple[type[Message], ...]] = (*COMMANDS.values(), *EVENTS.values(), CommandDecided)
VECTORS: Final = "vectors/verifiability.json"
_VERSIONED = re.compile(r"(?P<word>(?:schemas|examples)/[a-z]+\.[A-Za-z]+)\.v(?P<version>[0-9]+)\.json")


def file_name(word: type[Message]) -> str:
    """The file name of a message type's schema and example, e.g. `approvals.ProposeMandate.v1.json`."""
    return f"{word.service}.{word.__name__}.v{word.schema_version}.json"


def schema(word: type[Message]) -> dict[str, object]:
    """A message type's JSON Schema (2020-12); its `$id` is the CloudEvents dataschema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_name(word),
        **word.model_json_schema(),
    }


def artefacts() -> Mapping[str, bytes]:
    """Every file as it should be, by its path under `published`."""
    schemas = {f"schemas/{file_name(word)}": schema(word) for word in WORDS}
    examples = {
        f"examples/{file_name(type(example))}": orjson.loads(to_structured(enveloped(example))) for example in EXAMPLES
    }
    return {
        path: orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        for path, content in (
            schemas | examples | {"asyncapi.json": asyncapi.document(), VECTORS: vectors.document()}
        ).items()
    }


def stale(folder: Path = PUBLISHED) -> list[str]:
    """The files that are missing, different, or belong to no message type."""
    expected = artefacts()
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    wrong = [path for path, content in expected.items() if path not in files or files[path].read_bytes() != content]
    stray = [path for path in files.keys() - expected.keys() if not _is_earlier(path, expected)]
    return sorted([*wrong, *stray])


def write(folder: Path = PUBLISHED) -> None:
    """Update the directory to the contracts; earlier versions stay."""
    expected = artefacts()
    for path in stale(folder):
        if path in expected:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(expected[path])
        else:
            (folder / path).unlink()


def _is_earlier(path: str, expected: Mapping[str, bytes]) -> bool:
    match = _VERSIONED.fullmatch(path)
    if match is None:
        return False
    current = [_VERSIONED.fullmatch(other) for other in expected]
    return any(
        other is not None and other["word"] == match["word"] and int(other["version"]) > int(match["version"])
        for other in current
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = ArgumentParser(prog="python -m contracts.publish", description="Write what other systems read.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    parser.add_argument("--into", type=Path, default=PUBLISHED, help="the folder (default: contracts/published)")
    options = parser.parse_args(arguments)
    if not options.check:
        write(options.into)
        return 0
    wrong = stale(options.into)
    if wrong:
        stale_files = "".join(f"stale: {path}\n" for path in wrong)
        sys.stdout.write(f"{stale_files}Run `python -m contracts.publish` and commit the change.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
