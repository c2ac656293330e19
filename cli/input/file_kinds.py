"""Recognises by its first bytes the kind of a file that is not UTF-8 text, and gives the remedy.

A user who reads "byte 0 is not UTF-8" looks for a wrong letter; a user who reads "the file is a workbook" exports it.
"""

from typing import Final

_SAVE: Final = "Save it as UTF-8 (in Excel: CSV UTF-8)."
_UNPACK: Final = "Unpack it first, or read it from a pipe (`-`)."
_KINDS: Final = (
    ((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"), "The file is encoded in UTF-32.", _SAVE),
    ((b"\xff\xfe", b"\xfe\xff"), "The file is encoded in UTF-16.", _SAVE),
    (
        (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
        "The file is a workbook or an archive.",
        "Export it as text in UTF-8 (in Excel: CSV UTF-8).",
    ),
    ((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"), "The file is compressed.", _UNPACK),
    ((b"%PDF",), "The file is a PDF.", "Export its table as text in UTF-8."),
    ((b"PAR1",), "The file is a Parquet file.", "Export it as text in UTF-8."),
    ((b"<",), "The file is a web page or XML.", "Download or export the table itself, as text."),
)
_SAMPLE: Final = 64


def foreign(text: bytes) -> tuple[str, str] | None:
    """The kind and the remedy; None if the beginning of the file may be UTF-8 text."""
    for beginnings, what, remedy in _KINDS:
        if text.startswith(beginnings):
            return what, remedy
    sample = text[:_SAMPLE]
    halves = sample[::2], sample[1::2]
    if len(sample) > 3 and any(half.count(0) * 2 > len(half) for half in halves):
        return "The file is encoded in UTF-16 or UTF-32.", _SAVE
    return None
