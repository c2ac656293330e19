"""A client that reads Kafka without a group; `raw_reader` reads what the library cannot decode.

Services read with `consumer`. The command line, the relay and the comparison of Kafka with the archive also read topics
to which anybody may write, and one malformed record must not stop them.
"""

from collections.abc import Mapping, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError

from kernel.messaging import bounded_codecs, kafka
from kernel.messaging.passages import pieces
from kernel.messaging.raw_reader import RawReader
from kernel.model.records import Passage
from kernel.runtime.faults import kind
from kernel.runtime.settings import Settings

log = structlog.get_logger()


class GrouplessConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """The library's consumer, but `getmany` goes on behind undecodable data; for assigned partitions, not groups."""

    def __init__(
        self, *topics: str, settings: Settings, isolation_level: str = "read_committed", **options: object
    ) -> None:
        bounded_codecs.install()
        super().__init__(
            *topics,
            **{**kafka.client(settings), **options},
            group_id=None,
            enable_auto_commit=False,
            isolation_level=isolation_level,
        )
        self._raw = RawReader(kafka.client(settings), committed=isolation_level == "read_committed")

    async def stop(self) -> None:
        """Close both connections."""
        await self._raw.close()
        await super().stop()

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord[bytes | None, bytes | None]]]:
        """Records of some partitions, or of all, by partition."""
        before = {tp: await self.position(tp) for tp in partitions or self.assignment()}
        try:
            polled: Mapping[
                TopicPartition, Sequence[ConsumerRecord[bytes | None, bytes | None]]
            ] = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        except Exception as fault:
            if isinstance(fault, KafkaError) and not isinstance(fault, CorruptRecordException):
                raise
            log.info("the client cannot decode; reading the raw batches", fault=kind(fault))
            return {tp: await self._read(tp, at, max_records) for tp, at in before.items()}
        return polled

    async def _read(
        self, tp: TopicPartition, at: int, max_records: int | None
    ) -> list[ConsumerRecord[bytes | None, bytes | None]]:
        """Read from where the poll began: a poll that fails loses the records that it had already taken."""
        records: list[ConsumerRecord[bytes | None, bytes | None]] = []
        for piece in pieces(await self._raw.fetch(tp, at), at):
            if max_records is not None and len(records) == max_records:
                break
            if isinstance(piece, Passage):
                at = piece.end
            else:
                records.append(piece)
                at = piece.offset + 1
        self.seek(tp, at)
        return records
