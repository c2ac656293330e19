"""Fixtures that every level of tests shares: the servers, provided or started once for the whole run."""

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.longest_first import longest_first
from tests.servers import Servers, fresh_database, provided_servers
from tests.short_lived_servers import archive_classes, short_lived_servers
from tests.system import RunningSystem, prepared_system

# Processes of pytest-xdist are given the width of a terminal; a test that needs one names it.
os.environ.pop("COLUMNS", None)
# Timing never fails a test: a busy machine is slow, not wrong.
settings.register_profile("system", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("system")
# Collecting makes a million objects that live as long as the run: a quarter of its time went into finding none to free.
gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every test that uses the servers, so that `-m "not servers"` is exact; refuse cases without an order.

    Of several processes, none is to begin a long file when the others have nothing left: the longest come first.

    A set has another order in each process, and several processes must collect the same tests in the same order.
    """
    for item in items:
        if any(isinstance(mark.args[1], set | frozenset) for mark in item.iter_markers("parametrize")):
            raise pytest.UsageError(f"{item.nodeid}: the cases are a set; sort them")
        if "servers" in getattr(item, "fixturenames", ()):
            item.add_marker("servers")
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items)


def pytest_collection_finish() -> None:
    """Collect garbage again, but not among what was made until now."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def archive_of_classes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the first Kafka of a run writes its classes for all others; every server is a short-lived one."""
    archive = tmp_path_factory.getbasetemp().parent / "kafka-classes.jsa"  # of all processes of a run
    with short_lived_servers(archive):
        yield archive


@pytest.fixture(scope="session")
def servers(archive_of_classes: Path) -> Iterator[Servers]:
    """A real Kafka and a real Postgres."""
    place = tempfile.TemporaryDirectory(prefix="forcegen-test-", ignore_cleanup_errors=True)
    with place as directory, provided_servers(Path(directory) / "servers") as available:
        archive_classes(Path(directory) / "servers", archive_of_classes)
        yield available


@pytest.fixture(scope="session")
def postgres_dsn(servers: Servers) -> str:
    """The superuser's address."""
    return servers.postgres


@pytest.fixture
def database(servers: Servers) -> Iterator[str]:
    """The name of a new empty database."""
    with fresh_database(servers) as name:
        yield name


@pytest.fixture(scope="module")
def system(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """Every service running, on a fresh database and empty topics; shared by the stories of one file."""
    with prepared_system(servers, tmp_path_factory.mktemp("logs")) as system:
        system.start("approvals", "vacancies", "deployments", "reporting", "audit", "query")
        yield system
