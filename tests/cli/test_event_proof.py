"""Whose key signed, by a register: believed by the operators' signatures alone, and for the time when it counted."""

import json
from pathlib import Path
from typing import Any

import pytest

from kernel.identity.signed_note import Signer
from tests.cli.test_commands import run
from tests.kernel.registered import KZ, LINES, OPERATORS, UN, binary, signed, structured, text
from tests.kernel.test_intake import command

OF_OPERATORS = ("--operators", ",".join(str(one.verifier) for one in OPERATORS))
STRANGERS = [Signer("first-operator", b"\x08" * 32), Signer("second-operator", b"\x09" * 32)]
ARRIVED_MS = 1_656_633_600_000
"""2022-07-01."""


def bundle(tmp_path: Path, register: str | None, key: Any = KZ, **more: Any) -> Path:
    """A record as the archive gives it out, with a register beside it."""
    record_key, value, headers = binary(command(), key)
    record = {
        **{"topic": "approvals.commands", "partition": 0, "offset": 3, "timestamp": ARRIVED_MS, **more},
        **{"key": record_key.hex(), "headers": [[name, raw.hex()] for name, raw in headers], "value": value.hex()},
    }
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps({"record": record, **({"register": register} if register else {})}))
    return file


def test_the_register_of_a_bundle_names_the_producer_and_its_key(tmp_path: Path) -> None:
    result = run("verify-event", bundle(tmp_path, signed(text())), *OF_OPERATORS, "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["verified"]["key"]) == (0, KZ.public.id)
    registered = {name: said["registered"][name] for name in ("producer", "register_is_signed", "arrived")}
    assert registered == {"producer": "mfa-kz", "register_is_signed": True, "arrived": "2022-07-01T00:00:00+00:00"}
    shown = run("verify-event", bundle(tmp_path, signed(text())), *OF_OPERATORS).stdout
    assert "key of mfa-kz" in shown and "which two operators signed" in shown


@pytest.mark.parametrize(
    ("register", "reason"),
    [
        (signed(text(), *STRANGERS), "is not signed"),
        (signed(text(), OPERATORS[0]), "alone"),
        (signed(text()).replace("contributor KZX", "contributor KAZ"), "is not signed"),
        (text(), "no signed note"),
    ],
    ids=["strangers' signatures", "one operator", "changed", "unsigned"],
)
def test_a_register_in_a_bundle_is_believed_by_its_operators_alone(tmp_path: Path, register: str, reason: str) -> None:
    """Given a bundle from somebody who made the register that suits it, then it is refused."""
    result = run("verify-event", bundle(tmp_path, register), *OF_OPERATORS)
    assert result.exit_code == 1
    assert "The register in the bundle cannot be used" in result.stderr and reason in result.stderr


def test_a_key_that_did_not_count_then_is_refused(tmp_path: Path) -> None:
    """It is revoked from an instant on: what came before counts, what came later does not."""
    revoked = text(*(f"{line} revoked 2022-07-01T00:00:00Z" if KZ.public.text in line else line for line in LINES))
    late = run("verify-event", bundle(tmp_path, signed(revoked)), *OF_OPERATORS)
    assert (late.exit_code, "not verified (key)" in late.stderr) == (1, True)
    early = run("verify-event", bundle(tmp_path, signed(revoked), timestamp=ARRIVED_MS - 1), *OF_OPERATORS)
    assert early.exit_code == 0, early.output


def test_another_producers_key_is_refused_whatever_the_register_says_of_it(tmp_path: Path) -> None:
    result = run("verify-event", bundle(tmp_path, signed(text()), UN), *OF_OPERATORS)
    assert (result.exit_code, "not verified (key)" in result.stderr) == (1, True)


def test_a_register_in_a_file_counts_for_an_event_that_nobody_has_sent(tmp_path: Path) -> None:
    event, register = tmp_path / "event.json", tmp_path / "producers.txt"
    event.write_bytes(structured(command(), KZ)[1])
    register.write_text(signed(text()), encoding="utf-8")
    said = run("verify-event", event, "--register", register).stdout
    assert "key of mfa-kz" in said and "whose signatures were not verified" in said
    assert "which two operators signed" in run("verify-event", event, "--register", register, *OF_OPERATORS).stdout
    event.write_bytes(structured(command(source="urn:nobody"), KZ)[1])
    nobody = run("verify-event", event, "--register", register)
    assert (nobody.exit_code, "names no producer" in nobody.stderr) == (1, True)


def test_what_is_not_verified_is_said(tmp_path: Path) -> None:
    without = bundle(tmp_path, None)
    assert "No key was named" in run("verify-event", without, *OF_OPERATORS).stderr
    no_proof = run("verify-event", without, "--key", KZ.public.text, "--log-key", "forcegen.local/audit+0+x")
    assert (no_proof.exit_code, "holds no proof of the log" in no_proof.stderr) == (1, True)
