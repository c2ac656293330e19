"""What is kept of a command that came over HTTP: the event as it came, in a form in which its signature verifies."""

from base64 import b64encode
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cloudevents import Envelope
from contracts.raw_events import RawEvent, raw_from_http, raw_from_json, raw_from_kafka
from contracts.verifiability import MATERIAL, NotVerifiable, sign, verify
from kernel.identity.intake import Senders
from kernel.messaging.outbox import POSITIONS, OutboxRecord, _admitted
from kernel.model.admitted import ATTRIBUTES_MAX, keeping
from kernel.model.records import AdmittedCommand, DecodedCommand, Invalid
from kernel.store.admitted import _kept as row_of
from tests.kernel.door import reject
from tests.kernel.registered import KZ, KZ_P256, attributes_of, register, structured
from tests.kernel.test_door_over_http import BATCH, STRUCTURED, door, event
from tests.kernel.test_intake import command
from tests.kernel.test_outbox import NOW

TOPIC = "approvals.admitted"


def kept(raw: RawEvent) -> AdmittedCommand:
    admitted = keeping(reject("c-1"), raw, TOPIC).admitted
    assert admitted is not None
    return admitted


def published(admitted: DecodedCommand, position: int = 1) -> OutboxRecord:
    """The record that the relay makes of what is stored of a command."""
    names = ("stream", "headers", "data", "authtype", "authid", "authkey", "authproof", "authregister")
    row = dict(zip(names, row_of(admitted), strict=True))
    return _admitted("approvals", {"position": position, "recorded": NOW, **row})


def binary_request(envelope: Envelope, **more: str) -> dict[str, Any]:
    attributes = attributes_of(envelope) | more
    attributes[MATERIAL] = sign(attributes, envelope.data, KZ)
    headers = {f"ce-{name}": value for name, value in attributes.items() if name != "datacontenttype"}
    return {"content": envelope.data, "headers": headers | {"content-type": "application/json"}}


def structured_request(envelope: Envelope, **more: str) -> dict[str, Any]:
    """With white space and escapes that a codec would write in another way."""
    spaced = envelope.data.replace(b":", b" :  ").replace(b"kz-1", b"\\u006bz-1")
    attributes = attributes_of(envelope) | more
    members = {**attributes, MATERIAL: sign(attributes, spaced, KZ_P256)}
    return {"content": orjson.dumps(members)[:-1] + b',"data":' + spaced + b"}", "headers": STRUCTURED}


def batch_request(envelope: Envelope, **more: str) -> dict[str, Any]:
    attributes = attributes_of(envelope) | more
    members = {**attributes, MATERIAL: sign(attributes, envelope.data, KZ)}
    encoded = orjson.dumps({**members, "data_base64": b64encode(envelope.data).decode()})
    return {"content": b"[" + encoded + b"]", "headers": BATCH}


@pytest.mark.parametrize("request_of", [binary_request, structured_request, batch_request])
async def test_a_signed_command_over_http_is_kept_so_that_its_signature_verifies(request_of: Any) -> None:
    """Given any mode of the binding, then the record holds the sender's bytes, and leads to the same proof."""
    envelope = command(actor="the minister")
    sent = request_of(envelope, ownattribute="of the sender's own")
    async with door(senders=Senders(register)) as (client, store):
        answer = await client.post("/v1/commands", **sent)
        assert answer.status_code == 200, answer.text
        (admitted,) = store.admitted
    (raw,) = raw_from_http(sent["headers"].items(), sent["content"])
    assert isinstance(raw, RawEvent)
    record = published(admitted)
    again = raw_from_kafka(record.value, record.headers)
    assert again.data == raw.data
    keys = [KZ.public, KZ_P256.public]
    expected = verify(raw.attributes, raw.data, keys)
    assert verify(again.attributes, again.data, keys) == expected
    assert dict(record.headers)["admitted-authproof"] == expected.payload_sha256.hex().encode()
    assert dict(record.headers)["ce_ownattribute"] == b"of the sender's own"
    (event_,) = store.events
    assert event_.place == f"{TOPIC}#1"


scalars = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.integers(0, 2**63 - 1) | st.booleans()
attributes = st.dictionaries(st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True), scalars, max_size=8)


@given(attributes, st.binary(max_size=60))
def test_whatever_was_sent_is_read_back_as_it_was(sent: dict[str, Any], data: bytes) -> None:
    sent = {name: value for name, value in sent.items() if name not in ("data", "datacontenttype")}
    admitted = keeping(reject("c-1"), RawEvent(sent, data), TOPIC)
    record = published(admitted)
    raw = raw_from_kafka(record.value, record.headers)
    texts = {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in sent.items()}
    assert (raw.attributes, raw.data) == (texts, data)
    assert next(name for name, _ in record.headers if name in POSITIONS) == "admitted-position"


async def test_the_answer_is_kept_with_its_command_once_however_often_it_is_sent() -> None:
    async with door() as (client, store):
        for id_ in ("c-1", "c-1", "c-2"):
            await client.post("/v1/commands", json=event(id_), headers=STRUCTURED)
        await client.post("/v1/commands", json=[event("c-3"), event("c-3")], headers=BATCH)
        assert [one.envelope.id for one in store.admitted] == ["c-1", "c-2", "c-3"]
        assert [one.place for one in store.events] == [f"{TOPIC}#{nr}" for nr in (1, 2, 3)]


async def test_of_a_failed_identity_nothing_is_kept() -> None:
    async with door(senders=Senders(register)) as (client, store):
        _, value, _ = structured(command(), None)
        answer = await client.post("/v1/commands", content=value, headers=STRUCTURED)
        assert (answer.status_code, store.admitted) == (403, [])


def test_a_command_that_does_not_fit_its_contract_is_not_kept() -> None:
    unfit = DecodedCommand(reject("c-1").envelope, Invalid("wrong"), b"")
    assert keeping(unfit, RawEvent({}, b"{}"), TOPIC) is unfit


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (RawEvent({f"a{nr}": "x" for nr in range(ATTRIBUTES_MAX + 1)}, b"{}"), None),
        (RawEvent({"note": "x" * 65_536}, b"{}"), None),
        (RawEvent({}, b" " * 900_001), "data"),
        (RawEvent({"datacontenttype": "application/CloudEvents+json"}, b"{}"), "datacontenttype"),
    ],
    ids=["too many attributes", "too long attributes", "too much data", "an event within an event"],
)
def test_what_no_record_can_hold_is_answered_invalid(raw: RawEvent, field: str | None) -> None:
    """It would stop the relay, or could not be read back."""
    answered = keeping(reject("c-1"), raw, TOPIC)
    assert isinstance(answered.command, Invalid)
    assert (answered.command.field, answered.admitted) == (field, None)
    assert answered.command.remedy


async def test_what_can_be_read_in_two_ways_is_invalid_and_leads_to_nothing() -> None:
    headers = [(f"ce-{name}", value) for name, value in event("c-1").items() if name != "data"]
    headers += [("ce-note", "a"), ("ce-note", "b"), ("content-type", "application/json")]
    async with door() as (client, store):
        answer = await client.post("/v1/commands", content=orjson.dumps(event("c-1")["data"]), headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (400, "invalid")
        assert "comes twice" in answer.json()["reason"]
        assert (store.events, store.admitted) == ([], [])


def test_the_signature_of_a_kept_command_fails_if_a_byte_of_it_changes() -> None:
    envelope = command()
    attributes_ = attributes_of(envelope)
    attributes_[MATERIAL] = sign(attributes_, envelope.data, KZ)
    admitted = kept(RawEvent(attributes_, envelope.data))
    for spoilt in (admitted.data[:-1] + b" ", admitted.data + b" "):
        raw = raw_from_kafka(spoilt, [(name, text.encode()) for name, text in admitted.headers])
        with pytest.raises(NotVerifiable):
            verify(raw.attributes, raw.data, [KZ.public])


def test_the_data_of_a_structured_event_is_the_slice_that_was_sent() -> None:
    raw = raw_from_json(b'{"specversion":"1.0", "data" : { "a" : 1e2 } , "id":"x"}')
    assert kept(raw).data == b'{ "a" : 1e2 }'
