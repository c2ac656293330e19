"""Any duplication, batching and interleaving gives the views of the plain fold, and nothing is left waiting."""

from hypothesis import given

from services.reporting.projections.change_set import fold
from services.reporting.projections.event import ConsumedEvent
from tests.projection_spec import MemoryProjector
from tests.properties.histories import delivered


@given(delivered())
def test_views_do_not_depend_on_how_events_are_delivered(
    case: tuple[list[ConsumedEvent], list[list[ConsumedEvent]]],
) -> None:
    log, batches = case
    projector = MemoryProjector()
    for batch in batches:
        projector.apply(batch)
    assert projector.parked == []
    assert projector.tables == fold(log)
