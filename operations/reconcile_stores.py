"""Compares Kafka, the archive, the services' stores and the views, and reports each difference as it is found."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from aiokafka.errors import KafkaError

from kernel.runtime.settings import Settings
from operations import connections
from operations.archive_selection import archive_errors
from operations.errors import OperationError
from operations.kafka_settings import check_kafka
from operations.progress import OpenProgress, RecordProgress
from services.audit.archive import kafka_reader
from services.audit.reconcile.finding import Finding
from services.audit.reconcile.run import Reconciliation
from services.audit.reconcile.watermarks import OWNERS

__all__ = ["Finding", "Reconciliation", "reconcile_stores"]


async def reconcile_stores(
    brokers: Settings,
    database: str | None,
    directory: Path,
    report: Callable[[Finding], None],
    open_progress: OpenProgress,
) -> Reconciliation:
    """Compare all of them; `report` receives each difference. The result lists what was compared, and what lags.

    Raises:
        OperationError: a database or Kafka cannot be read.
    """
    await check_kafka(brokers)
    async with AsyncExitStack() as opened:
        sessions = {
            owner: await opened.enter_async_context(connections.reading(owner, database, directory)) for owner in OWNERS
        }
        try:
            with archive_errors():
                broker = await opened.enter_async_context(kafka_reader.opened(brokers))
                progress = opened.enter_context(open_progress())
                reconciliation = Reconciliation(sessions, broker, _beginning(progress))
                async for finding in reconciliation.run():
                    report(finding)
        except (KafkaError, kafka_reader.PartitionSilent) as error:
            cause = f"Kafka at {brokers.kafka_bootstrap} cannot be read ({type(error).__name__}: {error})"
            raise OperationError(f"{cause}: see `forcegen status`, or name another with --bootstrap.") from error
    return reconciliation


def _beginning(progress: RecordProgress) -> Callable[[str, int], Callable[[int], None]]:
    def begin(what: str, records: int) -> Callable[[int], None]:
        progress.begin(what, records)
        return progress

    return begin
