"""The parameters of every list and report: the day, the instant of knowledge, and what to wait for."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from contracts.outcome import WaitToken
from kernel.http.parameters import Day, Instant, Seconds

TIMEOUT_S = 5.0
TIMEOUT_MAX_S = 30.0
LineId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}/[a-z0-9-]{1,64}$", examples=["kz-2013/observers"])]
"""`<mandate>/<line>`."""


def _token(text: str) -> str:
    WaitToken.read(text)
    return text


Token = Annotated[str, AfterValidator(_token), Field(examples=["deployments:line/kz-2013/observers:17"])]


class AsOf(BaseModel):
    """The day that is asked about."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    as_of: Day | None = Field(None, examples=["2014-07-01"])
    """The day (effective date) that is asked about; today in UTC unless given."""

    as_known_at: Instant | None = Field(None, examples=["2014-09-01T00:00:00Z"])
    """The instant whose knowledge is asked for: what was recorded later is left out. What is known now unless given."""

    wait_for: Token | None = None
    """The `token` of a command's outcome: the answer waits until the views hold what the command led to."""

    timeout: Annotated[float, Seconds(TIMEOUT_MAX_S)] = TIMEOUT_S
    """How many seconds to wait at most; then the views are shown as they are, with `freshness` as stale."""
