"""The quicker way to verify Ed25519 comes to the same answers as the one that a producer or an auditor takes."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.verifiability import PublicKey, SigningKey
from kernel.identity.quick_keys import QuickKey
from tests.kernel.registered import KZ, KZ_P256

ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of the base point of edwards25519 (RFC 8032, section 5.1)."""
IDENTITY = (1).to_bytes(32, "little")
"""The neutral element of edwards25519: a point of small order."""
BOTH = (PublicKey, QuickKey)


def verdicts(key: SigningKey, signature: bytes, message: bytes) -> list[bool]:
    return [of.parse(key.public.text).holds(signature, message) for of in BOTH]


@pytest.mark.parametrize("key", [KZ, KZ_P256], ids=["Ed25519", "P-256"])
@given(message=st.binary(max_size=300), bit=st.integers(0, 511))
@settings(max_examples=60, deadline=None)
def test_both_accept_a_signature_and_none_with_a_bit_turned(key: SigningKey, message: bytes, bit: int) -> None:
    signature = key.sign(message)
    assert verdicts(key, signature, message) == [True, True]
    turned = bytearray(signature)
    turned[bit // 8] ^= 1 << bit % 8
    assert verdicts(key, bytes(turned), message) == [False, False]
    assert verdicts(key, signature, message + b"!") == [False, False]


@pytest.mark.parametrize("length", [0, 1, 63, 65, 128])
def test_both_refuse_a_signature_of_another_length(length: int) -> None:
    assert verdicts(KZ, KZ.sign(b"command").ljust(length, b"\0")[:length], b"command") == [False, False]


def test_both_refuse_a_signature_that_holds_the_beginning_of_the_message() -> None:
    """What is verified is the message that was sent, wherever a library cuts the two apart."""
    signature = KZ.sign(b"command")
    assert verdicts(KZ, signature + b"com", b"mand") == [False, False]


def test_both_refuse_a_second_signature_that_adds_the_order() -> None:
    """S is read in one way only (RFC 8032, section 5.1.7): else anybody makes a second signature of each."""
    signature = KZ.sign(b"command")
    second = int.from_bytes(signature[32:], "little") + ORDER
    assert verdicts(KZ, signature[:32] + second.to_bytes(32, "little"), b"command") == [False, False]


def test_what_the_quicker_one_accepts_the_other_accepts() -> None:
    """Where R is of small order they may differ; then it is the quicker one that refuses."""
    for forged in (IDENTITY + bytes(32), bytes(64), IDENTITY + KZ.sign(b"command")[32:]):
        whole, quick = verdicts(KZ, forged, b"command")
        assert whole or not quick


def test_a_key_is_read_as_the_producers_own_file_reads_it() -> None:
    for key in (KZ, KZ_P256):
        assert (QuickKey.parse(key.public.text).id, QuickKey.parse(key.public.text).text) == (
            key.public.id,
            key.public.text,
        )
    with pytest.raises(ValueError, match="small order"):
        QuickKey.parse(f"ed25519:{b64encode(IDENTITY).decode()}")


def test_the_vector_of_the_standard_holds() -> None:
    """RFC 8032, section 7.1, TEST 2."""
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    expected = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    key = SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(private))
    assert key.sign(b"\x72") == expected
    assert QuickKey.parse(key.public.text).holds(expected, b"\x72")
