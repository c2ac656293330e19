"""Writes the library that signs and verifies events as a wheel; the same source makes the same bytes everywhere.

A wheel is a zip file that `pip` installs and that Python imports from as it is (PyPA specifications, "Binary
distribution format", "Core metadata", "Recording installed projects").
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

from contracts import verifiability
from operations.fixed_zip import fixed_zip, modules_in, write_with_checksum

PACKAGE: Final = "forcegen_verifiability"
RELEASE: Final = f"{PACKAGE}-{verifiability.__version__}"
TYPED: Final = "py.typed"
"""The file that says that the package has type annotations (PEP 561)."""
METADATA: Final = f"""\
Metadata-Version: 2.4
Name: forcegen-verifiability
Version: {verifiability.__version__}
Summary: Signs and verifies CloudEvents: the extension Verifiability (dssematerial), with DSSE 1.0.2 inside.
License-Expression: Apache-2.0
Requires-Python: >=3.11
Requires-Dist: cryptography>=43
Classifier: Typing :: Typed
Description-Content-Type: text/plain

sign(attributes, data, key) returns the value of `dssematerial` for an event, and verify(attributes, data, keys) says
what such a signature covers, or raises NotVerifiable with the reason. The vectors that show both are published with
Forcegen, in contracts/published/vectors/verifiability.json.
"""
WHEEL: Final = f"""\
Wheel-Version: 1.0
Generator: forcegen {verifiability.__version__}
Root-Is-Purelib: true
Tag: py3-none-any
"""


def write_library(directory: Path) -> tuple[Path, str]:
    """Write the wheel into a directory, in place of the same version; returns its path and SHA-256 in hexadecimal.

    Installers read name, version and tag from the name of the file, so nobody chooses it.

    Raises:
        OperationError: the file cannot be written.
    """
    target = directory / f"{RELEASE}-py3-none-any.whl"
    return target, write_with_checksum(target, library_wheel())


def library_wheel() -> bytes:
    """The folder `contracts/verifiability` as a wheel, under the name `forcegen_verifiability`."""
    modules = modules_in(Path(verifiability.__file__).parent)
    contents = {f"{PACKAGE}/{name}": text for name, text in modules.items()} | {f"{PACKAGE}/{TYPED}": b""}
    contents[f"{RELEASE}.dist-info/METADATA"] = METADATA.encode()
    contents[f"{RELEASE}.dist-info/WHEEL"] = WHEEL.encode()
    record = f"{RELEASE}.dist-info/RECORD"
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in contents.items()]
    return fixed_zip(contents | {record: "".join(f"{line}\n" for line in [*lines, f"{record},,"]).encode()})


def _digest(content: bytes) -> str:
    """As RECORD has it: base64url without padding."""
    return urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
