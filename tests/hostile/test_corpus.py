"""Every input that is kept is read again: it is answered or refused as declared, and two readers say the same of it."""

import pytest

from tests.hostile import corpus
from tests.hostile.decoders import TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_kept_is_read_as_it_should_be(target: str) -> None:
    inputs = corpus.kept(target)
    assert inputs
    for one in inputs:
        TARGETS[target](one)
