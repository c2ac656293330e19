"""What `curl` does with the options that the pages of documentation use, for machines that have none of their own."""

import argparse
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

CURL: Final = '#!/bin/sh\nexec "{python}" -P "{script}" "$@"\n'


def directory_with_curl(directory: Path) -> str:
    """A directory to put on the path: empty if the machine has curl."""
    if shutil.which("curl") is None:
        command = directory / "curl"
        command.write_text(CURL.format(python=sys.executable, script=Path(__file__).resolve()), encoding="utf-8")
        command.chmod(0o755)
    return str(directory)


def main() -> None:
    """Fetch one address and write what comes to standard output; an option that is not known here ends it."""
    parser = argparse.ArgumentParser("curl")
    for flag in ("-s", "-N", "-O", "-J", "-G"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-o")
    parser.add_argument("--data-binary")
    parser.add_argument("--data-urlencode", action="append", default=[])
    parser.add_argument("url")
    given = parser.parse_args()
    headers = {name: text.strip() for name, _, text in (one.partition(":") for one in given.H)}
    pairs = [one.partition("=")[::2] for one in given.data_urlencode]
    url = f"{given.url}?{urlencode(pairs)}" if given.G else given.url
    body = _content(given.data_binary) if given.data_binary else None
    with urlopen(Request(url, data=body, headers=headers)) as answer:  # noqa: S310  (an address of a page)
        name = given.o or (answer.headers.get_filename() if given.O and given.J else None)
        with Path(name).open("wb") if name else nullcontext(sys.stdout.buffer) as out:
            while piece := answer.read1():
                out.write(piece)
                out.flush()


def _content(name: str) -> bytes:
    """What `--data-binary` names: `@-` or `@FILE`."""
    return sys.stdin.buffer.read() if name == "@-" else Path(name.removeprefix("@")).read_bytes()


if __name__ == "__main__":
    main()
