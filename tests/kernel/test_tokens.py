"""Static tokens: a file of hashes, which counts whole or not at all."""

import hmac
import os
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app as forcegen
from kernel.identity.principal import Principal
from kernel.identity.tokens import MalformedTokensFile, TokenLine, TokensFile, digest_of, line_of, new_token, parse

NOW = datetime(2026, 11, 26, tzinfo=UTC)
HASH = digest_of("open sesame")
OTHER = digest_of("another")
READER = f"ministry {HASH} roles=reader contributors=KAZ,ESP expires=2027-01-01"
_CLOCK = count(1)


def write(file: Path, content: str | None) -> None:
    """None: it is gone."""
    if content is None:
        file.unlink()
        return
    file.write_text(content, encoding="utf-8")
    os.utime(file, ns=(0, next(_CLOCK)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens"
    write(path, f"# who may read\n\n{READER}\n")
    return path


def test_a_token_cannot_be_guessed_and_says_what_it_is() -> None:
    token = new_token()
    assert token.startswith("fg_")
    assert len(token) >= 3 + 43  # 32 random bytes in base64url
    assert token != new_token()


def test_the_bearer_of_a_token_is_who_its_line_says(file: Path) -> None:
    states = frozenset({"KAZ", "ESP"})
    assert TokensFile(file).bearer("open sesame", NOW) == Principal(
        "api_key", "ministry", roles=frozenset({"reader"}), contributors=states
    )
    assert TokensFile(file).bearer(HASH, NOW) is None, "who reads the file can show no hash as a token"


def test_a_line_of_name_and_hash_alone_is_an_auditor(file: Path) -> None:
    write(file, f"court {HASH}\n")
    assert TokensFile(file).bearer("open sesame", NOW) == Principal(
        "api_key", "court", roles=frozenset({"auditor"}), contributors=None
    )


def test_a_token_is_refused_from_the_first_moment_of_its_last_day(file: Path) -> None:
    end = datetime(2027, 1, 1, tzinfo=UTC)
    assert TokensFile(file).bearer("open sesame", end - timedelta(microseconds=1))
    assert TokensFile(file).bearer("open sesame", end) is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("a", "SHA-256"),
        ("a b", "SHA-256"),
        (f"a {'0' * 63}", "SHA-256"),
        (f"a {'A' * 64}", "SHA-256"),
        (f"a b {OTHER}", "SHA-256"),
        (f"a,b {OTHER}", "a name has"),
        (f"ministry {OTHER}", "before it"),
        (f"again {HASH}", "before it"),
        (f"a {OTHER} x", "roles="),
        (f"a {OTHER} roles=reader", "contributors="),
        (f"a {OTHER} contributors=*", "roles="),
        (f"a {OTHER} roles= contributors=*", "roles="),
        (f"a {OTHER} roles=admin contributors=*", "roles are"),
        (f"a {OTHER} roles=reader, contributors=*", "roles are"),
        (f"a {OTHER} roles=reader contributors=kaz", "three capital letters"),
        (f"a {OTHER} roles=reader contributors=KAZ,", "three capital letters"),
        (f"a {OTHER} roles=reader contributors=KAZ,*", "three capital letters"),
        (f"a {OTHER} roles=reader contributors=* expires=soon", "expires="),
        (f"a {OTHER} roles=reader contributors=* expires=2027-02-30", "day"),
        (f"a {OTHER} roles=reader contributors=* expires=2027-01-01T00:00Z", "expires="),
        (f"a {OTHER} roles=reader roles=auditor contributors=*", "twice"),
    ],
)
def test_one_wrong_line_refuses_the_whole_file(file: Path, wrong: str, why: str) -> None:
    write(file, f"{READER}\n{wrong}\n")
    with pytest.raises(MalformedTokensFile, match=r"Line 2") as fault:
        TokensFile(file)
    assert why in str(fault.value)


def test_a_file_that_is_not_there_keeps_a_service_from_starting(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TokensFile(tmp_path / "nowhere")


def test_a_file_that_changes_counts_at_once_and_a_broken_one_changes_nothing(file: Path) -> None:
    held = TokensFile(file)

    def accepted() -> tuple[bool, bool]:
        return held.bearer("open sesame", NOW) is not None, held.bearer("another", NOW) is not None

    assert accepted() == (True, False)
    write(file, f"else {OTHER} roles=auditor contributors=*\n")
    assert accepted() == (False, True)
    for broken in ("else\n", None):
        write(file, broken)
        assert accepted() == (False, True)


def test_every_line_is_compared_in_constant_time(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    write(file, "".join(f"n{nr} {digest_of(str(nr))}\n" for nr in range(20)))
    held = TokensFile(file)
    real = hmac.compare_digest

    def compare(one: str, other: str) -> bool:
        compared.append(one)
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for token in ("0", "19", "none"):
        compared.clear()
        held.bearer(token, NOW)
        assert len(compared) == 20


def test_a_line_reads_as_it_was_written() -> None:
    line = line_of("a.b", "t", ["reader", "operator"], ["KAZ", "ESP"], "2027-01-01")
    assert parse(str(line)) == (line,)
    assert parse(str(every := line_of("a.b", "t", ["auditor"], ["*"], None))) == (every,)
    assert every == TokenLine("a.b", digest_of("t"), frozenset({"auditor"}), None, None)


def test_the_command_line_makes_a_token_with_its_line() -> None:
    given = ["tokens", "new", "ministry", "--role", "reader", "--contributor", "KAZ", "--expires", "2027-01-01"]
    made = CliRunner().invoke(forcegen, given)
    assert made.exit_code == 0
    (line,) = parse(made.stdout)
    token = next(word for word in made.stderr.split() if digest_of(word) == line.digest)
    assert (line.name, line.contributors, token[:3]) == ("ministry", frozenset({"KAZ"}), "fg_")
    for wrong in (["no name"], ["x", "--role", "admin"], ["x", "--contributor", "kz"], ["x", "--expires", "never"]):
        given = ["tokens", "new", *wrong, "--role", "reader", "--contributor", "KAZ"]
        assert CliRunner().invoke(forcegen, given).exit_code == 2, wrong
