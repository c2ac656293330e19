"""What does not fit is said in our words, wherever it is said: without names of errors of the library's language."""

import re
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ValidationError

from contracts.fault_text import fault_text
from kernel.http.problem_details import of_validation
from tests.architecture.sources import files


def _even(number: int) -> int:
    if number % 2:
        raise ValueError("an even number is needed")
    return number


class Choice(BaseModel):
    """One field that a validator of ours checks, and one that the library checks."""

    number: Annotated[int, AfterValidator(_even)] = 2
    word: Literal["open", "filled"] = "open"


@pytest.mark.parametrize(
    ("given", "said"),
    [({"number": 3}, "an even number is needed"), ({"word": "opn"}, "Input should be 'open' or 'filled'")],
)
def test_the_text_is_that_of_the_rule(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Choice.model_validate(given)
    [error] = wrong.value.errors()
    assert fault_text(error) == said
    assert str(of_validation({**error, "loc": ("query", *error["loc"])})) == f"{error['loc'][0]}: {said}"


def test_nobody_passes_on_the_library_s_text() -> None:
    code = [path for path in files() if path.suffix == ".py" and path.parts[0] != "tests"]
    assert [path.name for path in code if re.search(r"\[[\"']msg[\"']\]", path.read_text())] == ["fault_text.py"]
