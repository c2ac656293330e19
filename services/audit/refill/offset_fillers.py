"""Fills offsets that have no record, using the markers that Kafka itself writes at the end of transactions.

If a partition is added to a transaction, and the transaction is aborted before any record is written, the partition
receives a control record and nothing else: it takes one offset, and no reader sees it. A process that dies in between
leaves a transaction open, which the next process aborts, to the same effect; so a run can be interrupted anywhere.

Client libraries have no call for a transaction without a record, so this module sends the three requests itself (Kafka
protocol: 22 InitProducerId, 24 AddPartitionsToTxn, 26 EndTxn).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import (
    ConcurrentTransactions,
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaTimeoutError,
    NotCoordinatorError,
    for_code,
)
from aiokafka.protocol.api import Request, Response
from aiokafka.protocol.transaction import AddPartitionsToTxnRequest, EndTxnRequest, InitProducerIdRequest

from kernel.messaging import kafka
from kernel.model.records import Partition
from kernel.runtime.settings import Settings

PASSING: Final = (
    *(ConcurrentTransactions, CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError),
)
"""The coordinator is still busy with the previous transaction, or is moving."""
TRANSACTION_MAX_MS: Final = 60_000
PATIENCE_S: Final = 60.0
PAUSE_S: Final = 0.02


class OffsetFiller:
    """Fills offsets, with one aborted transaction each, as the only client with its transactional id."""

    def __init__(self, client: AIOKafkaClient, transactional_id: str) -> None:
        self._client = client
        self._id = transactional_id
        self._producer = (-1, -1)

    async def begin(self) -> None:
        """Abort the transaction that another client with this id left open, and fence that client."""
        response = await self._send_until_ready(InitProducerIdRequest(self._id, TRANSACTION_MAX_MS))
        self._producer = (response.producer_id, response.producer_epoch)

    async def fill(self, partition: Partition) -> None:
        """Fill one offset. The marker is there when this returns or soon after: wait until the end offset has moved."""
        if self._producer == (-1, -1):
            await self.begin()
        topic, part = partition
        await self._send_until_ready(AddPartitionsToTxnRequest(self._id, *self._producer, [(topic, [part])]))
        await self._send_until_ready(EndTxnRequest(self._id, *self._producer, False))

    async def _send_until_ready(self, request: Request) -> Response:
        """The coordinator's response; the request is repeated while the coordinator is busy."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_S
        while True:
            try:
                return await self._send(request)
            except PASSING as fault:
                if loop.time() > deadline:
                    raise KafkaTimeoutError(f"the transaction coordinator is busy: {type(fault).__name__}") from fault
            await asyncio.sleep(PAUSE_S)

    async def _send(self, request: Request) -> Response:
        node = await self._client.coordinator_lookup(CoordinationType.TRANSACTION, self._id)
        if not await self._client.ready(node, group=ConnectionGroup.COORDINATION):
            raise CoordinatorNotAvailableError
        response = await self._client.send(node, request, group=ConnectionGroup.COORDINATION)
        for code in _codes(response):
            error = for_code(code)
            if code:
                raise error()
        return response


def _codes(response: Response) -> list[int]:
    """The error codes of a response: one, or one for each partition."""
    if hasattr(response, "error_code"):
        return [response.error_code]
    return [code for _, partitions in response.errors for _, code in partitions]


@asynccontextmanager
async def opened(settings: Settings, transactional_id: str) -> AsyncIterator[OffsetFiller]:
    """An `OffsetFiller` with a client of its own."""
    client = AIOKafkaClient(**kafka.client(settings))
    try:
        await client.bootstrap()
        yield OffsetFiller(client, transactional_id)
    finally:
        await client.close()
