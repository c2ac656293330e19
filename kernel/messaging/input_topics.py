"""The topics that a consumer reads: those that it is made for, and producers' topics of commands as they come to be.

A producer that is registered while a service runs gets its topic by provisioning. The service sees it here, joins its
group again with that topic beside the others, and reads it from offset 0. No topic is left out again while it runs.
"""

import time
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener

from contracts.command_topics import of_producers

log = structlog.get_logger()
LOOK_EVERY_S: Final = 5.0
"""How often new topics are looked for in the cluster: one request, for the names that this principal may see."""


class InputTopics:
    """The topics of one consumer, by name."""

    def __init__(self, topics: Sequence[str], commands_of: Collection[str] = (), there: Iterable[str] = ()) -> None:
        """`commands_of` are services whose producers' topics are read too; `there` are the topics of the cluster."""
        self._commands_of = commands_of
        self.names = [*topics, *of_producers(commands_of, there)]
        self._looked = time.monotonic() if there else 0.0

    async def follow(self, client: AIOKafkaConsumer, listener: ConsumerRebalanceListener) -> None:
        """Subscribe to the producers' topics that are new; call it between polls."""
        if not self._commands_of or time.monotonic() - self._looked < LOOK_EVERY_S:
            return
        self._looked = time.monotonic()
        owned = of_producers(self._commands_of, await client.topics())
        if new := [topic for topic in owned if topic not in self.names]:
            log.info("new topics of producers are read from now on", topics=new)
            self.names += new
            client.subscribe(topics=self.names, listener=listener)
