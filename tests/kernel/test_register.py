"""The register of producers: whole or not at all, signed by two operators, and never backwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.registry import COMMANDS
from kernel.identity.register import Register, RegisterRefused, difference, lines_of
from kernel.identity.register_file import RegisterFile
from kernel.identity.register_text import open_register, operators_of, parse
from kernel.identity.signed_note import Signer
from tests.kernel.registered import KZ, KZ_P256, LINES, OPERATORS, UN, key_text, register, shown, signed, text

VERIFIERS = [one.verifier for one in OPERATORS]
OWN_TOPIC = "approvals.commands.un-desk"
NEW_YEAR = "2027-01-01T00:00:00Z"
SMALL_ORDER = key_text(bytes([1]) + bytes(31))
THIRD = Signer("third", b"\x03" * 32)


def test_a_register_says_who_may_send_what() -> None:
    known = parse(text())
    kz, un = known.producers["mfa-kz"], known.producers["un-desk"]
    assert (known.version, len(known.sha256)) == (7, 64)
    assert (kz.must_sign, un.must_sign) == (True, False)
    assert [key.public.text for key in kz.keys] == [KZ.public.text, KZ_P256.public.text]
    assert kz.contributors == frozenset({"KZX"})
    assert un.contributors is None
    assert un.commands == {"forcegen.approvals.RejectMandate"}
    assert kz.commands == {
        name
        for name, word in COMMANDS.items()
        if word.service == "approvals" and not word.is_internal and not word.is_break_glass
    }
    assert [*kz.brokers, *un.topics, *un.logins] == ["mfa-kz", OWN_TOPIC, "desk@un"]
    assert un.brokers == {"un-desk"}


@pytest.mark.parametrize(
    ("source", "owner"),
    [
        ("urn:mfa:kz", "mfa-kz"),
        ("urn:mfa:kz:desk", "mfa-kz"),
        ("urn:mfa:kz2", None),
        ("urn:mfa:k", None),
        ("URN:MFA:KZ", None),
        ("https://un.example/desk/7", "un-desk"),
        ("https://un.example/desk", None),
        ("https://un.example/desk2/", None),
        ("", None),
    ],
)
def test_a_source_belongs_to_one_producer_exactly_or_by_a_prefix_that_ends_in_its_separator(
    source: str, owner: str | None
) -> None:
    producer = register().owner(source)
    assert (producer and producer.name) == owner


WRONG = {
    "another title": (1, "x forcegen producers", "register of producers"),
    "no version": (2, "version", "version 7"),
    "version 0": (2, "version 0", "version 7"),
    "version of many digits": (2, "version 99999999999", "version 7"),
    "an unknown word": (6, "sources urn:mfa:kz", "not understood"),
    "a line before any producer": (5, "source urn:x", "belongs to no producer"),
    "a name with a capital": (5, "producer Mfa-kz", "lower-case"),
    "a blank behind the name": (5, "producer mfa-kz ", "lower-case"),
    "a source of the system": (6, "source urn:forcegen:approvals", "belong to this system"),
    "a source of the system in capitals": (6, "source URN:Forcegen:x", "belong to this system"),
    "a prefix over the system": (6, "source urn:", "belong to this system"),
    "a source with a blank": (6, "source urn:mfa kz", "without blanks"),
    "a source with U+0085": (6, "source urn:mfa\x85kz", "without blanks"),
    "a source with U+FFFF": (6, "source urn:mfa\uffffkz", "without blanks"),
    "a source of 1,025 bytes": (6, "source " + "x" * 1025, "at most 1,024"),
    "a source twice": (7, "source urn:mfa:kz", "twice"),
    "a source of another": (16, "source urn:mfa:kz", "is that of mfa-kz"),
    "a source of another in capitals": (16, "source URN:MFA:kz", "is that of mfa-kz"),
    "a source under another's prefix": (16, "source urn:mfa:KZ:desk", "lies under urn:mfa:kz:"),
    "a prefix over another's": (16, "source urn:m:", None),
    "a key without a period": (8, f"key {KZ.public.text}", "from INSTANT"),
    "a period in another order": (
        8,
        f"key {KZ.public.text} until {NEW_YEAR} from 2020-01-01T00:00:00Z",
        "from INSTANT",
    ),
    "a period of zero": (8, f"key {KZ.public.text} from {NEW_YEAR} until {NEW_YEAR}", "ends before"),
    "an instant with an offset": (8, f"key {KZ.public.text} from 2020-01-01T00:00:00+01:00", "no instant"),
    "no such day": (8, f"key {KZ.public.text} from 2020-02-30T00:00:00Z", "no instant"),
    "a key that is none": (8, "key ed25519:AAAA from 2020-01-01T00:00:00Z", "key"),
    "a key of small order": (8, f"key {SMALL_ORDER} from 2020-01-01T00:00:00Z", "small order"),
    "a key twice": (9, f"key {KZ.public.text} from 2020-01-01T00:00:00Z", "twice"),
    "a key of another": (17, f"key {KZ.public.text} from 2020-01-01T00:00:00Z", "is that of mfa-kz"),
    "must-sign with a value": (10, "must-sign yes", "stands alone"),
    "names-officials with a value": (10, "names-officials yes", "stands alone"),
    "must-sign beside a topic": (11, "topic approvals.commands.mfa-kz", "must sign"),
    "a user with a blank": (11, "broker mfa kz", "user name"),
    "no such command": (12, "command forcegen.approvals.Nothing", "no command"),
    "no such service": (12, "command reporting.*", "no command"),
    "a command of policies": (12, "command forcegen.approvals.SupersedeMandate", "policies"),
    "no State": (13, "contributor kaz", "capital letters"),
    "every State beside one": (13, "contributor KZX\ncontributor *", "every State"),
    "one State beside every": (21, "contributor *\ncontributor KZX", "every State"),
    "a topic of events": (19, "topic approvals.events", "no topic of commands"),
    "a topic of no service": (19, "topic approval.commands.un-desk", "no topic of commands"),
    "the topic that all who sign share": (19, "topic approvals.commands", f"Write `topic {OWN_TOPIC}`"),
    "a topic of another": (19, "topic approvals.commands.mfa-kz", f"Write `topic {OWN_TOPIC}`"),
    "a topic of a neighbour by prefix": (19, "topic approvals.commands.un-desk2", f"Write `topic {OWN_TOPIC}`"),
    "a topic below the producer's own": (19, "topic approvals.commands.un-desk.x", "no topic of commands"),
    "a topic that is another in Kafka's metrics": (19, "topic approvals.commands.un_desk", "no topic of commands"),
    "a topic of a service that it sends nothing to": (19, "topic vacancies.commands.un-desk", "send no command there"),
    "a topic where nobody may write": (22, "# no user", "nobody who may write"),
    "a user with nothing to write": (17, "# no key", "nothing to write"),
    "a user that is a service": (22, "broker approvals", "a user of this system"),
    "a user that is a super user": (22, "broker Admin", "a user of this system"),
    "a user that does not log in": (22, "broker ANONYMOUS", "a user of this system"),
    "every user": (22, "broker *", "user name"),
    "a user of another": (22, "broker MFA-kz", "is that of mfa-kz"),
}


@pytest.mark.parametrize("what", WRONG)
def test_one_wrong_line_refuses_all_of_it_and_is_named(what: str) -> None:
    nr, line, reason = WRONG[what]
    lines = [*LINES]
    lines[nr - 1] = line
    if reason == "nothing to write":
        lines.remove(f"topic {OWN_TOPIC}")
    if reason is None:
        lines[nr - 1] = "source urn:mfa:"
        nr, reason = 6, "lies under urn:mfa:, which belongs to un-desk"
    with pytest.raises(RegisterRefused) as refused:
        parse(text(*lines))
    assert reason in str(refused.value) or reason == "register of producers"
    assert str(refused.value).startswith("line "), refused.value


def test_a_producer_that_is_there_twice_refuses_all_of_it() -> None:
    with pytest.raises(RegisterRefused, match="mfa-kz is there twice"):
        parse(text(*LINES, "producer mfa-kz", "source urn:other", "command approvals.*", "contributor *"))


@pytest.mark.parametrize("word", ["source", "command", "contributor", "key"])
def test_a_producer_without_what_it_needs_refuses_all_of_it(word: str) -> None:
    lines = [line for line in LINES[:14] if not line.startswith(f"{word} ")]
    with pytest.raises(RegisterRefused, match="line 5: mfa-kz"):
        parse(text(*lines))


@given(st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=30)), max_size=12))
def test_any_text_is_a_register_or_is_refused(lines: list[str]) -> None:
    try:
        parse(text(*LINES[:2], *lines))
    except RegisterRefused as refused:
        assert str(refused).startswith("line ")


def test_what_is_written_of_a_producer_reads_as_the_same_producer() -> None:
    known = register()
    lines = [line for producer in known.producers.values() for line in lines_of(producer)]
    assert parse(text(*LINES[:2], *lines)).producers == known.producers


def test_a_key_counts_from_its_first_instant_until_its_last_and_until_it_is_revoked() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    period = "from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z"
    (key,) = parse(text(*LINES[:7], f"key {KZ.public.text} {period}", *LINES[10:14])).producers["mfa-kz"].keys
    second = timedelta(seconds=1)
    assert [key.counts_at(at) for at in (start - second, start, end - second, end)] == [False, True, True, False]
    revoked = f"{period} revoked 2026-06-01T00:00:00Z"
    (key,) = parse(text(*LINES[:7], f"key {KZ.public.text} {revoked}", *LINES[10:14])).producers["mfa-kz"].keys
    at = datetime(2026, 6, 1, tzinfo=UTC)
    assert [key.counts_at(at - second), key.counts_at(at)] == [True, False]


# Two operators sign it.


def test_a_register_that_two_operators_signed_is_opened() -> None:
    assert open_register(signed(text()), VERIFIERS).version == 7


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (text(), "no signed note"),
        (signed(text(), OPERATORS[0]), "signed by first-operator alone"),
        (signed(text(), OPERATORS[0], OPERATORS[0]), "alone"),
        (signed(text(), OPERATORS[0], Signer("again", b"\x01" * 32)), "alone"),
        (signed(text(), OPERATORS[0], Signer("First-Operator", b"\x05" * 32)), "alone"),
        (signed(text(), OPERATORS[0], THIRD), "alone"),
        (signed(text(), THIRD), "not signed"),
        (signed(text()).replace("KZX", "KZY"), "not signed"),
        (signed(text()).replace("must-sign\n", ""), "not signed"),
    ],
    ids=[
        "unsigned",
        "one",
        "one twice",
        "one under two names",
        "one with two keys",
        "a stranger",
        "strangers",
        "changed",
        "shortened",
    ],
)
def test_a_register_that_two_operators_did_not_sign_is_refused(note: str, reason: str) -> None:
    verifiers = [*VERIFIERS, Signer("again", b"\x01" * 32).verifier, Signer("First-Operator", b"\x05" * 32).verifier]
    with pytest.raises(RegisterRefused, match=reason):
        open_register(note, verifiers)


@pytest.mark.parametrize(
    "keys", [[], [""], [shown(OPERATORS[0])], [shown(OPERATORS[0])] * 2, [shown(OPERATORS[0]), "x+y+z"]], ids=str
)
def test_fewer_than_two_operators_are_refused(keys: list[str]) -> None:
    with pytest.raises(RegisterRefused):
        operators_of(keys)


# It never goes back.


def written(folder: Path, version: int, *more: str, signers: tuple[Signer, ...] = ()) -> Path:
    file = folder / "producers"
    file.write_text(signed(text(LINES[0], f"version {version}", *LINES[2:], *more), *signers), encoding="utf-8")
    return file


def test_a_changed_file_is_in_force_at_once_and_an_older_one_never(tmp_path: Path) -> None:
    file = RegisterFile(written(tmp_path, 7), VERIFIERS)
    written(tmp_path, 8, "# next")
    file.refresh()
    assert (file.current.version, file.problem) == (8, None)
    for version, more in ((7, ()), (8, ("# another text",))):
        written(tmp_path, version, *more)
        file.refresh()
        assert file.current.version == 8
        assert "version" in (file.problem or "")
    written(tmp_path, 9)
    file.refresh()
    assert (file.current.version, file.problem) == (9, None)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"forcegen producers\n", None], ids=str)
def test_a_file_that_cannot_be_used_leaves_in_force_what_was(tmp_path: Path, content: bytes | None) -> None:
    path = written(tmp_path, 7)
    file = RegisterFile(path, VERIFIERS)
    path.unlink() if content is None else path.write_bytes(content)
    file.refresh()
    assert file.current.version == 7
    assert file.problem is not None


def test_a_restart_takes_no_older_file(tmp_path: Path) -> None:
    before = Register(8, "ab" * 32, {})
    for version in (7, 8):
        with pytest.raises(RegisterRefused, match="line 2"):
            RegisterFile(written(tmp_path, version), VERIFIERS, before)
    assert RegisterFile(written(tmp_path, 9), VERIFIERS, before).current.version == 9


def test_what_changes_between_two_registers_is_shown_by_producer() -> None:
    before = register()
    new = ("producer new", "source urn:new", "command approvals.*", "contributor *")
    after = parse(text(*LINES[:9], *LINES[10:], *new))
    changes = difference(before, after)
    assert changes["mfa-kz"] == (["must-sign"], [])
    assert changes["new"][0] == []
    assert "un-desk" not in changes
    assert UN.public.text not in str(changes)
