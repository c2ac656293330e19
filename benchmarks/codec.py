"""CloudEvents to and from Kafka records, and the contract model of one event, in one process."""

import time
from collections.abc import Callable

from benchmarks.measure import Measured
from contracts.cloudevents import from_kafka, to_kafka
from contracts.examples import EXAMPLES, enveloped
from contracts.registry import EVENTS
from tests.servers import Servers

TIMES = 50_000


def run(_: Servers) -> list[Measured]:
    """Read, write, and validate the same event many times."""
    example = next(one for one in EXAMPLES if type(one).__name__ == "TourArrived")
    envelope = enveloped(example)
    key, value, headers = to_kafka(envelope)
    word = EVENTS[envelope.type]
    return [
        _timed("read a CloudEvent", lambda: from_kafka(key, value, headers), "binary mode, all attributes"),
        _timed("write a CloudEvent", lambda: to_kafka(envelope), "binary mode, all attributes"),
        _timed("validate an event", lambda: word.model_validate_json(value), "TourArrived, pydantic, strict"),
    ]


def _timed(what: str, work: Callable[[], object], note: str) -> Measured:
    started = time.perf_counter()
    for _ in range(TIMES):
        work()
    return Measured(what, TIMES, time.perf_counter() - started, note)
