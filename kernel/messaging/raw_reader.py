"""A second way to read partitions: our own fetch requests, decoded by `kernel.messaging.raw_batches`.

Normally the client library reads. If it cannot decode a response, or if offsets jump, this reader reads what the broker
really holds. It has its own connection, made when it is first needed.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    KafkaError,
    LeaderNotAvailableError,
    NoError,
    OffsetOutOfRangeError,
    for_code,
)
from aiokafka.protocol.api import Request, Response
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.offset import OffsetRequest

from kernel.messaging.passages import Fetched
from kernel.messaging.raw_batches import UNPACKED_BYTES_MAX, RawBatch, batches

READ_UNCOMMITTED: Final = 0
READ_COMMITTED: Final = 1
FETCH_BYTES: Final = 1_048_576
"""Bytes of one fetch of a partition; a single larger batch still comes whole."""
EARLIEST: Final = -2
LATEST: Final = -1


class EndsBefore(Exception):
    """A partition ends before the offset to read from: it was truncated or recreated."""

    def __init__(self, offset: int, end: int) -> None:
        super().__init__(f"it is to be read from offset {offset}, and ends before {end}")
        self.offset = offset
        self.end = end


PartitionResponse: TypeAlias = tuple[Any, ...]
"""`Any`: numbers, lists and bytes in the order of Kafka's protocol; the client decodes but does not type them."""


class RawReader:
    """Reads single partitions; not safe for several tasks at once."""

    def __init__(self, brokers: Mapping[str, object], *, committed: bool = True) -> None:
        """`brokers` as `messaging.kafka.client` gives it; without `committed`, aborted records are included."""
        self._brokers = brokers
        self._isolation = READ_COMMITTED if committed else READ_UNCOMMITTED
        self._client: AIOKafkaClient | None = None

    async def fetch(self, partition: TopicPartition, offset: int, *, bytes_max: int = FETCH_BYTES) -> Fetched:
        """What the partition holds from `offset` on; at least one whole batch if there is any.

        Raises:
            EndsBefore: the partition ends before `offset`.
            KafkaError: the broker does not answer, or refuses.
        """
        try:
            response = await self._fetch(partition, offset, bytes_max)
        except OffsetOutOfRangeError:
            first, end = await self.first_offset(partition), await self.end_offset(partition)
            if offset > end:
                raise EndsBefore(offset, end) from None
            response = await self._fetch(partition, first, bytes_max)
        _, _, _, last_stable, log_start, aborted, *_, data = response
        return Fetched(
            partition.topic, partition.partition, log_start, last_stable, tuple(aborted or ()), _bounded(data)
        )

    async def first_offset(self, partition: TopicPartition) -> int:
        """The first offset that the partition still holds."""
        return await self._offset(partition, EARLIEST)

    async def end_offset(self, partition: TopicPartition) -> int:
        """The last stable offset: no open transaction lies before it."""
        return await self._offset(partition, LATEST)

    async def close(self) -> None:
        """Close the connection; the next fetch makes a new one."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _fetch(self, partition: TopicPartition, offset: int, bytes_max: int) -> PartitionResponse:
        wanted = [(partition.topic, [(partition.partition, offset, bytes_max)])]
        request = FetchRequest(0, 0, bytes_max, self._isolation, wanted)
        response = await self._sent(partition, request)
        return _checked(response)

    async def _offset(self, partition: TopicPartition, instant: int) -> int:
        request = OffsetRequest(-1, self._isolation, [(partition.topic, [(partition.partition, instant)])])
        response = _checked(await self._sent(partition, request))
        return int(response[3])

    async def _sent(self, partition: TopicPartition, request: Request) -> Response:
        """Send to the partition's leader; after a fault all cluster metadata is fetched again."""
        try:
            client = await self._connected(partition.topic)
            leader = client.cluster.leader_for_partition(partition)
            if leader is None or leader == -1:
                raise LeaderNotAvailableError(partition)
            return await client.send(leader, request)
        except KafkaError:
            await self.close()
            raise

    async def _connected(self, topic: str) -> AIOKafkaClient:
        if self._client is None:
            client = AIOKafkaClient(**self._brokers)
            try:
                await client.bootstrap()
            except BaseException:
                await client.close()
                raise
            self._client = client
        await self._client._wait_on_metadata(topic)
        return self._client


def _checked(response: Response) -> PartitionResponse:
    """The response for the one requested partition; raises its error."""
    ((_, (partition,)),) = response.topics
    error = for_code(partition[1])
    if error is not NoError:
        raise error(partition)
    return tuple(partition)


def _bounded(data: bytes) -> list[RawBatch]:
    """Whole batches, as many as may be decompressed at once; the first one in any case."""
    bounded: list[RawBatch] = []
    size = 0
    for batch in batches(data):
        bounded.append(batch)
        size += sum(len(record.value or b"") for record in batch.records)
        if size > UNPACKED_BYTES_MAX:
            break
    return bounded
