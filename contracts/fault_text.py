"""Why a value does not fit a model, without the name of an error of Python that the library puts before our texts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def fault_text(error: "ErrorDetails") -> str:
    """The text of an error of pydantic; of one that a validator of ours raised, the text that it was raised with."""
    raised = error.get("ctx", {}).get("error")
    return str(raised) if isinstance(raised, ValueError | AssertionError) else error["msg"]
