"""How the story's offices send: over Kafka or over HTTP; each signs what it sends, where it has a key."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx

from cli.connect import http
from cli.demo.foreign_client import CloudEvent, ForeignClient
from cli.demo.steps import CONTINGENT, PARLIAMENT, PRESIDENT
from cli.output.errors import CommandError
from contracts.cloudevents import Envelope, to_structured
from contracts.verifiability import MATERIAL, SigningKey, sign
from kernel.model import demo_clock
from operations.rehearsal import service_of

OVER_HTTP: Final = frozenset({PRESIDENT, PARLIAMENT, CONTINGENT})
"""The sources of the offices that send over HTTP where they know a service's address."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways into a system."""

    kafka: ForeignClient
    urls: Mapping[str, str] = field(default_factory=dict)
    """The addresses of services, by name."""
    keys: Mapping[str, SigningKey] = field(default_factory=dict)
    """By source."""
    has_demo_clock: bool = False
    """Whether the services take the record times that the story names."""

    async def send(self, envelopes: Sequence[Envelope]) -> None:
        """Send commands in order, those over HTTP first: they follow from nothing that goes over Kafka in their wave.

        Raises:
            CommandError: a service does not take what it is sent over HTTP.
        """
        envelopes = envelopes if self.has_demo_clock else [demo_clock.without(one) for one in envelopes]
        over_http = [one for one in envelopes if one.source in OVER_HTTP and service_of(one) in self.urls]
        for service in dict.fromkeys(map(service_of, over_http)):
            await asyncio.to_thread(self._post, service, [one for one in over_http if service_of(one) == service])
        await self.kafka.send(self._signed(_as_json(one)) for one in envelopes if one not in over_http)

    def _post(self, service: str, envelopes: Sequence[Envelope]) -> None:
        """Send a batch; its answers are on the topic of outcomes, as those of all commands are."""
        url, batch = f"{self.urls[service]}/v1/commands", [self._of_bytes(_as_json(one)) for one in envelopes]
        media_type = {"Content-Type": "application/cloudevents-batch+json"}
        try:
            with http.client() as client:
                answer = client.post(url, content=json.dumps(batch), headers={**http.bearer(url), **media_type})
        except httpx.HTTPError as fault:
            raise CommandError(f"{url} does not answer ({type(fault).__name__}): see `forcegen status`.") from fault
        if not answer.is_success:
            raise CommandError(f"{url} answered {answer.status_code}: {answer.text[:300]}")

    def _of_bytes(self, event: CloudEvent) -> CloudEvent:
        """The event with its data in base64, which every library and bridge passes on to the byte."""
        whole = self._signed(event)
        data = json.dumps(whole.pop("data")).encode()
        return {**whole, "data_base64": b64encode(data).decode()}

    def _signed(self, event: CloudEvent) -> CloudEvent:
        """The event with its sender's signature over the bytes that the client sends; as it is without a key."""
        key = self.keys.get(event["source"])
        if key is None:
            return event
        attributes = {name: value for name, value in event.items() if name != "data"}
        return {**event, MATERIAL: sign(attributes, json.dumps(event["data"]).encode(), key)}


def _as_json(envelope: Envelope) -> CloudEvent:
    """The CloudEvent as JSON, as a foreign system would have it."""
    cloud_event: CloudEvent = json.loads(to_structured(envelope))
    return cloud_event
