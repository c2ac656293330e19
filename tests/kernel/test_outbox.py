"""What is on record is published, also what was recorded before there were limits."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from contracts.cloudevents import from_kafka
from contracts.deployments import MissionStatusRecorded
from contracts.envelope import ActedBy
from contracts.registry import OUTCOME_TYPE, type_name
from kernel.decide import decode
from kernel.messaging.outbox import at
from kernel.store.postgres import Connection

NOW = datetime(2024, 3, 12, tzinfo=UTC)


class Stored:
    """A connection that holds one row."""

    def __init__(self, row: dict[str, Any]) -> None:
        self._row = row

    async def fetch(self, *_: object) -> list[dict[str, Any]]:
        return [self._row]


AUTH = ("authtype", "authid", "authkey", "authproof", "authregister", "authonbehalfof", "causeplace", "democlock")
"""NULL in rows of an earlier version."""
BEFORE = [
    *(b"ce_specversion", b"ce_id", b"ce_source", b"ce_type", b"ce_subject", b"ce_time", b"ce_dataschema"),
    *(b"ce_recordedtime", b"ce_correlationid", b"ce_causationid", b"ce_streamversion", b"ce_position"),
    b"content-type",
]
"""The headers of an event that was recorded before its principal was, in their order."""


def holding(**row: Any) -> Connection:
    place = {"position": 1, "stream": "mission/UNIFIL", "recorded": NOW, "correlation_id": "c"}
    connection: Any = Stored(dict.fromkeys(AUTH) | place | row)
    typed: Connection = connection
    return typed


@pytest.mark.parametrize("day", [date.min, date.max])
async def test_an_event_at_an_edge_of_the_calendar_that_was_recorded_before_is_published_and_read(day: date) -> None:
    """The driver made ±infinity of its effective time, and gives that back without an offset."""
    good = MissionStatusRecorded(mission="UNIFIL", status="active", since=date(2022, 7, 1), authority="a resolution")
    row = {
        **{"id": UUID(int=1), "version": 1, "type": type_name(MissionStatusRecorded), "schema_version": 1},
        **{"data": good.model_copy(update={"since": day}).model_dump_json(), "causation_id": "b", "actor": None},
        "traceparent": None,
        "effective": datetime.min if day == date.min else datetime.max,
    }
    sent = (await at(holding(**row), "deployments", "events", [1]))[1]
    assert sent is not None
    envelope = from_kafka(sent.key, sent.value, sent.headers)
    assert envelope.time is not None
    assert envelope.time.date() == day
    assert envelope.recorded_time == NOW
    assert decode.event(envelope).data == good.model_copy(update={"since": day})


def event_row(**more: Any) -> dict[str, Any]:
    data = MissionStatusRecorded(mission="UNIFIL", status="active", since=date(2022, 7, 1), authority="a resolution")
    row = {"id": UUID(int=1), "version": 1, "type": type_name(MissionStatusRecorded), "schema_version": 1}
    rest = {"data": data.model_dump_json(), "causation_id": "b", "actor": None, "traceparent": None, "effective": NOW}
    return row | rest | more


async def test_an_event_that_was_recorded_without_its_principal_keeps_its_bytes() -> None:
    sent = (await at(holding(**event_row()), "deployments", "events", [1]))[1]
    assert sent is not None
    assert [name.encode() for name, _ in sent.headers] == BEFORE


async def test_an_event_says_who_acted_by_which_key_and_in_which_record() -> None:
    proof, register = "ab" * 32, f"7:{'cd' * 32}"
    row = event_row(authtype="service_account", authid="mfa-kz", authkey="k1", authproof=proof, authregister=register)
    sent = (await at(holding(**row, causeplace="deployments.commands/3/117"), "deployments", "events", [1]))[1]
    assert sent is not None
    envelope = from_kafka(sent.key, sent.value, sent.headers)
    assert envelope.acted_by == ActedBy("service_account", "mfa-kz", "k1", proof, register)
    assert envelope.cause_place == "deployments.commands/3/117"
    assert dict(sent.headers)["ce_authid"] == b"mfa-kz"


@pytest.mark.parametrize("id_", ["a\nb", "Я" * 2048, "\ufffe"])
async def test_an_outcome_for_an_unfit_identity_has_headers_that_any_reader_takes(id_: str) -> None:
    body = '{"sent": "to the sender"}'
    sent = (await at(holding(command_id=id_, body=body, causation_id=None), "approvals", "outcomes", [1]))[1]
    assert sent is not None
    envelope = from_kafka(sent.key, sent.value, sent.headers)
    assert (envelope.type, envelope.causation_id, envelope.data) == (OUTCOME_TYPE, None, body.encode())
