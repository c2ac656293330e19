"""The texts of pages in the reader's language: gettext catalogues (`words/<language>.po`) whose keys are English."""

import io
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations


def translations(package: str, language: str) -> NullTranslations:
    """The catalogue of a package for a language; where there is none, texts stay as they are."""
    file = files(package).joinpath("words", f"{language}.po")
    if not file.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(file.read_bytes()), locale=language))
    compiled.seek(0)
    return Translations(compiled)
