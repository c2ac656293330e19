"""Which keys are accepted: one spelling each, and none under which a signature proves nothing."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from contracts.vectors.messages import KEYS
from contracts.verifiability import KeyRefused, PublicKey, SigningKey

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def text(raw: bytes, algorithm: str = "ed25519") -> str:
    return f"{algorithm}:{base64.b64encode(raw).decode()}"


def added(a: Point, b: Point) -> Point:
    """The sum of two points of edwards25519 (RFC 7748, section 4.1)."""
    product = D * a[0] * b[0] * a[1] * b[1]
    x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + product, -1, P) % P
    return x, (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P) % P


def times(factor: int, point: Point) -> Point:
    total = NEUTRAL
    while factor:
        total = added(total, point) if factor & 1 else total
        point, factor = added(point, point), factor >> 1
    return total


def decoded(y: int) -> Point | None:
    """The point of a y whose x is even, if there is one (RFC 8032, section 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    return (P - x if x & 1 else x), y


def small_order_points() -> list[Point]:
    """The eight points whose order divides eight: a point times the order of the large subgroup, and its multiples."""
    order = 2**252 + 27742317777372353535851937790883648493
    for y in range(2, 100):
        point = decoded(y)
        if point is not None:
            generator = times(order, point)
            if times(4, generator) != NEUTRAL:
                return [times(factor, generator) for factor in range(8)]
    raise AssertionError("not a point of order eight")


@pytest.mark.parametrize("point", small_order_points(), ids=lambda point: hex(point[1])[2:10])
def test_a_small_order_key_is_refused_at_registration(point: Point) -> None:
    x, y = point
    for sign in {x & 1, 1} if x == 0 else {x & 1}:  # a second spelling where x is zero
        with pytest.raises(KeyRefused, match="small order"):
            PublicKey.parse(text((y | sign << 255).to_bytes(32, "little")))


def test_cryptography_itself_accepts_a_signature_of_nobody_under_such_a_key() -> None:
    """What the refusal is for: the neutral point as key, and as signature, for any message."""
    neutral = (1).to_bytes(32, "little")
    ed25519.Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), b"any message")


@pytest.mark.parametrize("y", [P, P + 1, P + 18, 2**255 - 1])
def test_a_non_canonical_y_is_refused(y: int) -> None:
    with pytest.raises(KeyRefused, match="non-canonical"):
        PublicKey.parse(text(y.to_bytes(32, "little")))


def test_bytes_that_are_no_point_are_refused() -> None:
    y = next(y for y in range(2, 100) if decoded(y) is None)
    with pytest.raises(KeyRefused, match="not a point of edwards25519"):
        PublicKey.parse(text(y.to_bytes(32, "little")))
    with pytest.raises(KeyRefused, match="not a point of P-256"):
        PublicKey.parse(text(b"\4" + bytes(63) + b"\1", "p256"))


@pytest.mark.parametrize("name", KEYS)
def test_a_key_has_one_text(name: str) -> None:
    public = KEYS[name].public
    assert PublicKey.parse(public.text) == public
    algorithm, _, encoded = public.text.partition(":")
    raw = base64.b64decode(encoded)
    others = [public.text + " ", encoded, f"{algorithm.upper()}:{encoded}", public.text.rstrip("=") + "A"]
    others += [text(raw + b"\0", algorithm), text(raw[:-1], algorithm), f"rsa:{encoded}", "", "ed25519:", "p256:\ud800"]
    for other in others:
        with pytest.raises(KeyRefused):
            PublicKey.parse(other)


def test_a_compressed_or_hybrid_point_is_refused() -> None:
    key = KEYS["p256"].private.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    compressed = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    whole = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    for raw in (compressed, bytes([6 + (whole[-1] & 1)]) + whole[1:]):
        with pytest.raises(KeyRefused):
            PublicKey.parse(text(raw, "p256"))


def test_a_private_key_is_read_back_from_its_file_and_shows_nothing() -> None:
    for private in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())):
        key = SigningKey(private)
        again = SigningKey.from_pem(key.to_pem())
        assert again.public == key.public and again.sign(b"m") == key.sign(b"m")
        assert key.public.holds(again.sign(b"m"), b"m") and not key.public.holds(again.sign(b"m"), b"n")
        assert "PRIVATE" not in repr(key) and "0x" in repr(key)


def test_a_key_that_another_program_wrote_is_a_key_and_the_end_of_its_public_key_is_its_text() -> None:
    """`openssl genpkey` writes PKCS #8, `openssl ecparam` the older form. docs/how-to/sign-events.md cuts the text of a
    public key out of what `openssl pkey -pubout -outform DER` writes."""
    for algorithm, private, size in (
        ("ed25519", ed25519.Ed25519PrivateKey.generate(), 32),
        ("p256", ec.generate_private_key(ec.SECP256R1()), 65),
    ):
        written = [private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())]
        if algorithm == "p256":
            written.append(private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
        der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for pem in written:
            assert SigningKey.from_pem(pem).public.text == text(der[-size:], algorithm)


def test_what_is_no_private_key_is_refused_without_being_quoted() -> None:
    p256 = KEYS["p256"].private
    curve = ec.generate_private_key(ec.SECP384R1())
    form = (Encoding.PEM, PrivateFormat.PKCS8)
    others = [
        b"",
        b"hunter2",
        KEYS["p256"].public.text.encode(),
        p256.private_bytes(*form, BestAvailableEncryption(b"hunter2")),
        curve.private_bytes(*form, NoEncryption()),
        ed448.Ed448PrivateKey.generate().private_bytes(*form, NoEncryption()),
        rsa.generate_private_key(65537, 2048).private_bytes(*form, NoEncryption()),
    ]
    for pem in others:
        with pytest.raises(KeyRefused) as caught:
            SigningKey.from_pem(pem)
        assert "forcegen keys new" in str(caught.value) and "hunter2" not in str(caught.value)
