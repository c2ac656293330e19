"""Texts, numbers and days that systems elsewhere choked on: what the generators put wherever a value can stand.

Everything is drawn from the random numbers of one seed, so that a run is made again by its seed alone.
"""

from datetime import date, timedelta
from random import Random

from contracts.limits import BIGINT_MAX, FIRST_DAY, INTEGER_MAX, LAST_DAY

ODD_TEXTS = (
    *("", " ", "\t", "\n", "\r\n", "a\nb", "a\rb", "\0", "a\0b", "\x01", "\x1b[31m", "\x7f", "\x85", "\xa0", "\xad"),
    *("\u200b", "\u200f", "\u2028", "\u202e", "\u0378", "\ufeff", "\ufffd", "\ufffe", "\U000e0001", "\U0010ffff"),
    *("e\u0301", "\u00e9", "\u1100\u1161", "ﬁ", "İ", "ß", "Ω", "١٢", "１２", "²", "😀", "👩‍👩‍👧‍👦"),
    *("%00", "%2F", "%ff", "..", "../../etc", "/", "//", "a/0", "a?b#c", "\\", "\\u0000", "C:\\u0000", '"', "'", "`"),
    *("'; DROP TABLE events; --", "=1+1", "@SUM(A1)", "<script>", "{{7*7}}", "${x}", "%s%n", "null", "None", "NaN"),
    *("true", "-0", "+1", "1_0", "0x10", "1e400", "infinity", "-infinity", "\\N", "{}", "[]", "urn:forcegen:policy"),
)
ODD_BYTES = (
    *(b"", b"\xff\xfe", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\0", b"\x80"),
    *(b"caf\xe9", b"\xef\xbb\xbfx", b"\xfe\xff\x00x", b"a\0b", b"\r\n", b"\x1f\x8b\x08", b"\x00\x00\x00\x00\x01"),
)
ODD_INSTANTS = (
    *("2024-03-12T09:30Z", "2024-03-12T09:30:00GMT", "2024-03-12T09:30:60Z", "2024-03-12T24:00:00Z", "2024-03-12"),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999-14:00"),
    *("1899-12-31T23:59:59.999999Z", "1900-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z", "2200-01-01T00:00:00Z"),
    *("1900-01-01T00:00:00+00:01", "2199-12-31T23:59:59-00:01", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z"),
    *("2024-03-12T09:30:00.1234567890123Z", "2024-03-12T09:30:00+24:00", "2024-03-12t09:30:00z", "1710235800"),
    *("yesterday", "0000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2024-03-12 09:30:00Z"),
)
ODD_DAYS = (
    *("0001-01-01", "9999-12-31", "0000-00-00", "20220630", "2022-6-30", "2022-02-30", "2022-06-30T00:00:00"),
    *("2022-06-30T00:00:00Z", "2022-W26-4", "2022-181", " 2022-06-30", "2022-06-30\n", "infinity", "1656547200", ""),
)
ODD_NUMBERS: tuple[object, ...] = (
    *(-1, 0, 1, 100_000, 100_001, INTEGER_MAX, INTEGER_MAX + 1, BIGINT_MAX, BIGINT_MAX + 1, -INTEGER_MAX - 2),
    *(2**53, 2**53 + 1, 2**64, 20.0, 1e2, 0.5, 1e308, "1", "１", True, None, 3_000_000_000),
)
_SCRIPTS = (
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "一丁七万丈三上下",
)


def word(chance: Random, length: int, script: str = _SCRIPTS[0]) -> str:
    """Letters in no order, so that nothing behind the door gets away with compressing them."""
    return "".join(chance.choices(script, k=length))


def long_text(chance: Random) -> str:
    """As long as some bound allows, or a little longer, in one, two or three bytes a character."""
    length = chance.choice((199, 200, 201, 255, 256, 1023, 1024, 2047, 2048, 2049, 4000, 4001))
    return word(chance, length, chance.choice(_SCRIPTS))


def odd_text(chance: Random) -> str:
    """One that is odd by itself, within a plain one, or only by its length."""
    kind = chance.random()
    if kind < 0.2:
        return long_text(chance)
    odd = chance.choice(ODD_TEXTS)
    return odd if kind < 0.6 else word(chance, chance.randrange(1, 9)) + odd + word(chance, chance.randrange(3))


def odd_bytes(chance: Random) -> bytes:
    """Bytes that are no text, text that is odd, or chance alone."""
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(ODD_BYTES)
    if kind < 0.7:
        return odd_text(chance).encode("utf-8", "surrogatepass")
    return chance.randbytes(chance.choice((1, 2, 3, 7, 64, 300, 3000)))


def edge_day(chance: Random) -> str:
    """A day at an edge of the calendar, or an ordinary one."""
    if chance.random() < 0.5:
        return (date(2022, 6, 30) + timedelta(chance.randrange(-9000, 9000))).isoformat()
    near = chance.choice((FIRST_DAY, LAST_DAY, date(1970, 1, 1), date(2038, 1, 19), date(2024, 2, 29)))
    return (near + timedelta(chance.choice((-1, 0, 0, 1)))).isoformat()
