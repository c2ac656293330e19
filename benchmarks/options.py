"""What a run was given: the sizes at which rates must be flat, as `--sizes` or `BENCHMARK_SIZES` names them."""

import os
from typing import Final

SIZES: Final = "BENCHMARK_SIZES"
USUAL: Final = (200_000,)
"""One size, so that a measurement alone takes less than two minutes; the published table has 20,000 to 2,000,000."""


def sizes() -> tuple[int, ...]:
    """In events, the smallest first."""
    given = os.environ.get(SIZES, "")
    return tuple(sorted(int(each) for each in given.replace("_", "").split(","))) if given else USUAL
