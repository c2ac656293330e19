"""The short way to read the usual envelope and payload says what the JSON parser says, or leaves it to that one."""

from base64 import b64decode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vectors.messages import KEYS
from contracts.verifiability import (
    MATERIAL,
    NotVerifiable,
    dsse_envelope,
    envelope,
    payload,
    read_material,
    verification_material,
)
from contracts.verifiability.strict_forms import to_base64
from tests.contracts.signed_events import EVENT, signed

DIGEST = st.binary(min_size=31, max_size=33) | st.just(bytes(32))
NAMES = st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), min_size=1, max_size=4)
PIECES = st.sampled_from(
    [
        *(
            b'"',
            b"\\u0041",
            b"=",
            b"==",
            b"-",
            b"_",
            b" ",
            b"\n",
            b",",
            b"A",
            b"B",
            b"{",
            b"}",
            b"[]",
            b"\xff",
            b"\x00",
        ),
        *(b'"keyid":"",', b'"core":"",', b'"actor"', b'"time"', b',"x":1'),
    ]
)


@st.composite
def edited(draw: st.DrawFn, text: bytes) -> bytes:
    """A text in which some places were cut, doubled or filled with something that JSON or base64 might take."""
    for _ in range(draw(st.integers(0, 2))):
        padding = text.find(b"=") - 1  # bits to spare stand before it
        start = draw(st.integers(0, len(text)) | st.just(max(padding, 0)))
        end = draw(st.sampled_from([start, start + 1, start + 4]))
        text = text[:start] + draw(PIECES | st.just(b"")) + text[end:]
    return text


@st.composite
def envelopes(draw: st.DrawFn) -> bytes:
    signature = draw(st.binary(max_size=66)), draw(st.from_regex(r"[0-9a-fA-F]{0,33}", fullmatch=True))
    text = dsse_envelope(draw(st.binary(max_size=60)), [(signature[1], signature[0])] * draw(st.integers(1, 2)))
    return draw(edited(b64decode(text)))


@st.composite
def payloads(draw: st.DrawFn) -> bytes:
    names = draw(st.none() | NAMES)
    named = b",".join(b'"%b"' % name.encode() for name in names or ())
    core, extension = (payload_digest(draw(DIGEST)) for _ in range(2))
    more = b"" if names is None else b',"ext":"%b","signedextattrs":[%b]' % (extension, named)
    return draw(edited(b'{"core":"%b"%b}' % (core, more)))


def payload_digest(digest: bytes) -> bytes:
    return to_base64(digest).encode()


@given(envelopes())
def test_an_envelope_is_read_alike_by_both_ways(raw: bytes) -> None:
    usual = envelope._usual(raw)
    assert usual is None or usual == envelope._parsed(raw)


@given(payloads())
def test_a_payload_is_read_alike_by_both_ways(raw: bytes) -> None:
    short = _or_reason(payload._usual, raw)
    assert short is None or short == _or_reason(payload._parsed, raw)


def _or_reason(read: Callable[[bytes], object], raw: bytes) -> object:
    try:
        return read(raw)
    except NotVerifiable as refused:
        return refused.reason, refused.message


@pytest.mark.parametrize("name", ["ed25519", "p256"])
def test_what_our_signer_writes_is_read_by_the_short_way(name: str) -> None:
    """Given an event that is signed, with and without extensions, then no JSON parser is needed for it."""
    event = signed(name)
    raw = b64decode(str(event.attributes[MATERIAL]))
    assert envelope._usual(raw) == read_material(event.attributes)
    for names in ([], ["actor"], ["actor", "correlationid"]):
        assert payload._usual(verification_material(EVENT, b"{}", names)) is not None
    assert KEYS[name].public.id in raw.decode()


@pytest.mark.parametrize("part", ["payload", "sig"])
def test_bits_to_spare_are_refused_by_both_ways(part: str) -> None:
    """Given an envelope whose last base64 letter has a bit that says nothing, then it is no second spelling of it."""
    envelope_text = b64decode(dsse_envelope(b"0", [("", bytes(64))]))
    spelt, again = {"payload": (b'"MA=="', b'"MB=="'), "sig": (b'A=="', b'B=="')}[part]
    assert envelope._usual(envelope_text.replace(spelt, again)) is None
    with pytest.raises(NotVerifiable):
        envelope._parsed(envelope_text.replace(spelt, again))
