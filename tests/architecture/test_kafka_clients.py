"""One place builds the arguments of Kafka clients for tests, so that one change logs all of them in."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ONE_PLACE = ROOT / "tests" / "kafka_clients.py"
BY_HAND = re.compile(r"bootstrap_servers=|[\"']bootstrap\.servers[\"']")
FILES = [path for folder in ("tests", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_test_builds_the_arguments_of_a_kafka_client_itself() -> None:
    by_hand = [path for path in FILES if BY_HAND.search(path.read_text()) and path not in (ONE_PLACE, Path(__file__))]
    assert not by_hand, "use tests.kafka_clients, or these clients do not log in"


@pytest.mark.parametrize("text", ["Consumer(bootstrap_servers=where)", 'Producer({"bootstrap.servers": where})'])
def test_such_a_client_would_be_seen(text: str) -> None:
    assert BY_HAND.search(text)
