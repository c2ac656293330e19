"""What an archived command proves of its sender: verified again over its bytes, by the register that was in force."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kernel.identity.register_text import parse
from kernel.model.admitted import arrived
from services.audit.search.evidence import UNKNOWN_REGISTER, evidence
from services.audit.search.registers import KeptRegister
from services.audit.tlog.leaf import packed
from tests.kernel.registered import KZ, LINES, UN, binary, text
from tests.kernel.test_intake import command

REGISTER = KeptRegister(parse(text()), "the note")
SENT = datetime(2022, 7, 1, tzinfo=UTC)


def row(
    key: Any,
    *own: tuple[str, bytes],
    at: datetime = SENT,
    value: bytes | None = None,
    topic: str = "approvals.commands",
) -> dict[str, Any]:
    """The record of a command in the archive."""
    record_key, data, headers = binary(command(), key)
    place = {"topic": topic, "part": 0, "offset": 0, "timestamp": int(at.timestamp() * 1000)}
    return {**place, "key": record_key, "headers": packed([*own, *headers]), "value": value or data}


def test_a_signature_is_verified_with_the_key_of_the_sources_producer() -> None:
    proof = evidence(row(KZ), REGISTER, None)
    assert proof.verified is not None and proof.key is not None
    assert (proof.is_signed, proof.producer, proof.key.id, proof.failure) == (True, "mfa-kz", KZ.public.id, None)


def test_a_command_that_was_changed_in_the_archive_is_not_verified() -> None:
    proof = evidence(row(KZ, value=b"{}"), REGISTER, None)
    assert (proof.verified, (proof.failure or "").partition(":")[0]) == (None, "core-digest")


def test_another_producers_signature_is_not_verified() -> None:
    proof = evidence(row(UN), REGISTER, None)
    assert (proof.verified, (proof.failure or "").partition(":")[0]) == (None, "key")


@pytest.mark.parametrize(("at", "counts"), [(datetime(2019, 12, 31, tzinfo=UTC), False), (SENT, True)])
def test_a_key_counts_for_what_reached_the_system_in_its_period(at: datetime, *, counts: bool) -> None:
    """Of a record by its stamp, and of a command over HTTP as its service says, whatever the record's stamp is."""
    stated = ("admitted-recorded", at.isoformat().encode())
    assert (evidence(row(KZ, at=at), REGISTER, None).verified is not None) is counts
    assert (evidence(row(KZ, stated, topic="approvals.admitted"), REGISTER, None).verified is not None) is counts


def test_a_sender_cannot_date_its_command_back_to_when_its_key_counted() -> None:
    """Given a record of a command whose sender added the header of those that a service keeps, then it says nothing."""
    lines = [f"{line} revoked 2022-01-01T00:00:00Z" if KZ.public.text in line else line for line in LINES]
    stated = ("admitted-recorded", b"2021-01-01T00:00:00Z")
    proof = evidence(row(KZ, stated), KeptRegister(parse(text(*lines)), ""), None)
    assert (proof.verified, (proof.failure or "").partition(":")[0]) == (None, "key")


def test_a_key_that_was_revoked_later_still_signed_what_it_signed() -> None:
    lines = [f"{line} revoked 2023-01-01T00:00:00Z" if KZ.public.text in line else line for line in LINES]
    assert evidence(row(KZ), KeptRegister(parse(text(*lines)), ""), None).verified is not None


def test_without_a_register_nothing_is_verified_and_an_unsigned_command_says_so() -> None:
    assert evidence(row(KZ), None, None).failure == UNKNOWN_REGISTER
    unsigned = evidence(row(None), REGISTER, None)
    assert (unsigned.is_signed, unsigned.failure, unsigned.producer) == (False, None, "mfa-kz")


@pytest.mark.parametrize("stated", [b"", b"yesterday", b"\xff", b"0001-01-01T00:00:00+23:59"])
def test_no_key_counts_at_a_time_that_cannot_be_read(stated: bytes) -> None:
    at = arrived("approvals.admitted", 0, [("admitted-recorded", stated)])
    assert not [key for key in REGISTER.register.producers["mfa-kz"].keys if key.counts_at(at)]
