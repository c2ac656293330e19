"""One format, two readers: whatever the service's own reader refuses, the verifier that stands alone refuses too."""

import base64
import hashlib
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.identity.signed_note import Malformed, Signer, Unsigned, Verifier, open_note, sign
from services.audit.tlog.checkpoint import Checkpoint
from services.audit.verify import verifier
from tests.audit.small_log import KEY, SIGNER

ROOT = bytes(range(32))
ROOT64 = base64.b64encode(ROOT).decode()
TEXT = f"{SIGNER.name}\n7\n{ROOT64}\n"
NOTE = sign(TEXT, [SIGNER])
LINE = NOTE.split("\n\n")[1]
OTHER = Signer(SIGNER.name, bytes(32))
STRANGER = Signer("stranger", bytes(32))


def signed(text: str) -> str:
    """Whatever it says, under the right key: the signature is never what is at fault."""
    return text + "\n" + f"— {SIGNER.name} {base64.b64encode(SIGNER.verifier.id + SIGNER.sign(text)).decode()}\n"


def by_the_service(note: str, key: str) -> tuple[str, int, bytes] | None:
    try:
        known = Verifier.parse(key)
        checkpoint = Checkpoint.parse(open_note(note, [known])[0])
    except (Malformed, Unsigned):
        return None
    return (checkpoint.origin, checkpoint.size, checkpoint.root) if checkpoint.origin == known.name else None


def by_the_verifier(note: str, key: str) -> tuple[str, int, bytes] | None:
    try:
        return tuple(verifier.checkpoint(note, verifier.handed_over(key, [])))  # type: ignore[return-value]
    except verifier.NotVerified:
        return None


def with_size(size: str) -> str:
    return signed(f"{SIGNER.name}\n{size}\n{ROOT64}\n")


REFUSED = {
    **{
        f"size {size!r}": with_size(size)
        for size in ("", "01", "00", "+1", "-1", "-0", " 1", "1 ", "0_1", "1_0", "0x1")
    },
    **{f"size {size!r}": with_size(size) for size in ("1.0", "1e3", "٣", "³", "１", "1\t", "9" * 20, "9" * 5_000)},
    "no root": signed(f"{SIGNER.name}\n7\n"),
    "a root of 31 bytes": signed(f"{SIGNER.name}\n7\n{base64.b64encode(ROOT[:31]).decode()}\n"),
    "a root without padding": signed(f"{SIGNER.name}\n7\n{ROOT64.rstrip('=')}\n"),
    "a root with a bit left over": signed(f"{SIGNER.name}\n7\n{ROOT64[:-2]}9=\n"),
    "a root in the other alphabet": signed(f"{SIGNER.name}\n7\n{'_' * 42}8=\n"),
    "a root with a space": signed(f"{SIGNER.name}\n7\n{ROOT64[:8]} {ROOT64[8:]}\n"),
    "an empty line in the text": signed(TEXT + "\nmore\n"),
    "no origin": signed(f"\n7\n{ROOT64}\n"),
    "another log": signed(f"another.log\n7\n{ROOT64}\n"),
    "text behind the signatures": NOTE + "all of it holds\n",
    "an empty line behind the signatures": NOTE + "\n",
    "an unfinished line behind": NOTE + "— ",
    "a second text behind": NOTE + "\n" + NOTE,
    "no line's end": NOTE[:-1],
    "no empty line": NOTE.replace("\n\n", "\n"),
    "line ends of another system": NOTE.replace("\n", "\r\n"),
    "a byte order mark": "\N{ZERO WIDTH NO-BREAK SPACE}" + NOTE,
    "a hyphen for the dash": NOTE.replace("— ", "- "),
    "two spaces": NOTE.replace("— ", "—  "),
    "a tab": NOTE.replace("— ", "—\t"),
    "a NUL": signed(TEXT + "a\0b\n"),
    "an escape": signed(TEXT + "\x1b[2K\n"),
    "a signature that is no base64": NOTE.replace(LINE, f"— {SIGNER.name} !!!!\n"),
    "a signature with a bit left over": NOTE[:-3] + chr(ord(NOTE[-3]) + 1) + "=\n",
    "a signature of nothing": NOTE.replace(LINE, f"— {SIGNER.name} \n"),
    "a key id alone": NOTE.replace(LINE, f"— {SIGNER.name} {base64.b64encode(SIGNER.verifier.id).decode()}\n"),
    "a short signature": NOTE.replace(
        LINE, f"— {SIGNER.name} {base64.b64encode(SIGNER.verifier.id + b'x' * 63).decode()}\n"
    ),
    "a stranger's alone": sign(TEXT, [STRANGER]),
    "another's key under the name": sign(TEXT, [OTHER]),
    "one line that is none": sign(TEXT, [SIGNER]) + "— a AA==\n",
    "101 signatures": TEXT + "\n" + LINE * 101,
    "too long": signed(TEXT + "x" * 1_000_000 + "\n"),
    "nothing": "",
    "an empty line": "\n\n",
}


@pytest.mark.parametrize("note", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_nearly_a_checkpoint_is_refused_by_both(note: str) -> None:
    assert (by_the_service(note, KEY), by_the_verifier(note, KEY)) == (None, None)


@pytest.mark.parametrize(
    "note",
    [
        *(NOTE, with_size("0"), with_size("9" * 19), signed(TEXT + "an extension\n"), signed(TEXT + "żółć — ok\n")),
        *(sign(TEXT, [STRANGER, SIGNER]), sign(TEXT, [SIGNER, STRANGER, OTHER]), TEXT + "\n" + LINE * 100),
    ],
)
def test_what_is_a_checkpoint_says_the_same_to_both(note: str) -> None:
    checkpoint = by_the_service(note, KEY)
    assert checkpoint is not None
    assert checkpoint == by_the_verifier(note, KEY)


def key_of(name: str, raw: bytes) -> str:
    id_ = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    return f"{name}+{id_.hex()}+{base64.b64encode(raw).decode()}"


PUBLIC = SIGNER.verifier.public
NAME, ID, ENCODED = KEY.split("+", 2)
NO_KEYS = {
    "another's id": f"{NAME}+{OTHER.verifier.id.hex()}+{ENCODED}",
    "an id in capitals": f"{NAME}+{ID.upper()}+{ENCODED}",
    "no id": f"{NAME}++{ENCODED}",
    "no name": key_of("", b"\1" + PUBLIC),
    "a name with a space": key_of("small log", b"\1" + PUBLIC),
    "another algorithm": key_of(NAME, b"\2" + PUBLIC),
    "33 bytes of a key": key_of(NAME, b"\1" + PUBLIC + b"\0"),
    "31 bytes of a key": key_of(NAME, b"\1" + PUBLIC[:-1]),
    "no base64": f"{NAME}+{ID}+?",
    "padding left out": KEY.rstrip("=") + "=" * 3,
    "white space": f"{KEY}\n",
    "two parts": f"{NAME}+{ID}",
    "a private one": SIGNER.secret(),
    "nothing": "",
}


@pytest.mark.parametrize("key", NO_KEYS.values(), ids=NO_KEYS.keys())
def test_what_is_no_key_is_refused_by_both(key: str) -> None:
    assert (by_the_service(NOTE, key), by_the_verifier(NOTE, key)) == (None, None)


CHARACTERS = st.characters(codec="utf-8") | st.sampled_from("\n \t+—=0\r\x85\N{LINE SEPARATOR}")
SURROGATES = st.sampled_from(["\ud800", "\udcff"])


@given(st.data())
def test_a_note_that_was_changed_anywhere_says_the_same_to_both(data: st.DataObject) -> None:
    """Cut, doubled, replaced and inserted at any place; and texts of any kind under a good signature."""
    kinds: list[Callable[[int, int], str]] = [
        lambda a, b: NOTE[:a] + NOTE[b:],
        lambda a, b: NOTE[:b] + NOTE[a:],
        lambda a, _: NOTE[:a] + data.draw(CHARACTERS | SURROGATES) + NOTE[a:],
        lambda a, _: NOTE[:a] + data.draw(CHARACTERS | SURROGATES) + NOTE[a + 1 :],
        lambda a, b: signed(TEXT[: a % len(TEXT)] + data.draw(CHARACTERS) + TEXT[b % len(TEXT) :] + "\n"),
    ]
    a = data.draw(st.integers(0, len(NOTE)))
    b = data.draw(st.integers(a, len(NOTE)))
    changed = data.draw(st.sampled_from(kinds))(a, b)
    assert by_the_service(changed, KEY) == by_the_verifier(changed, KEY)


@given(st.text(CHARACTERS, max_size=80))
@example("1")
def test_any_line_in_place_of_the_size_says_the_same_to_both(line: str) -> None:
    note = with_size(line)
    assert by_the_service(note, KEY) == by_the_verifier(note, KEY)


@given(st.text(CHARACTERS, max_size=80), st.integers(0, 120))
def test_a_key_that_was_changed_anywhere_says_the_same_to_both(text: str, at: int) -> None:
    changed = KEY[:at] + text + KEY[at + 1 :]
    assert by_the_service(NOTE, changed) == by_the_verifier(NOTE, changed)
