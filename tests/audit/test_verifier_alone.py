"""The verifier as an auditor runs it, alone and as `forcegen audit verify`: what is given counts, also where it is
empty; what cannot be read is named; and nobody's text passes for the verdict."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from kernel.identity.signed_note import Signer, sign
from services.audit.archive import static_files
from services.audit.pages.log_pages import name_shown
from services.audit.tlog.leaf import Headers, packed, unpacked
from services.audit.verify import verifier
from services.audit.verify.continuity import ContinuityChecker, watched
from tests.audit import small_log
from tests.audit.small_log import KEY, row
from tests.audit.taken_alone import Alone

Run = Callable[..., tuple[int, str]]
ODD: list[Headers] = [
    [("\udcff\udcfe", b"x")],
    [("\udcff", None), ("", b""), ("", None), ("a\udc80b", b"\0")],
    [('{"hex": "ff"}', b"1"), ("\x1b[2K\n", b"2"), ("ключ", b"3")],
    [("\udced\udca0\udc80", b"a surrogate in three bytes")],
]


def forcegen(*arguments: str | Path) -> tuple[int, str]:
    """The same by the command; a place is named by --from there."""
    given = [str(each) for each in arguments]
    if given and not given[-1].startswith("-") and (len(given) < 2 or not given[-2].startswith("--")):
        given[-1:] = ["--from", given[-1]]
    done = CliRunner().invoke(app, ["audit", "verify", *given])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    return Alone(tmp_path_factory.mktemp("auditor"))


@pytest.fixture(params=["alone", "forcegen"])
def run(request: pytest.FixtureRequest, alone: Alone) -> Run:
    return alone if request.param == "alone" else forcegen


@pytest.fixture
def log(tmp_path: Path) -> Path:
    small_log.write(tmp_path / "log", [row(nr) for nr in range(5)])
    return tmp_path / "log"


def test_a_log_that_holds_says_so(run: Run, log: Path) -> None:
    code, said = run("--key", KEY, "--since", log / "checkpoint", log)
    assert (code, "all of it holds" in said) == (0, True), said


NOTE = small_log.note_of([small_log.hashed(row(nr)) for nr in range(5)])
UNFIT = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n", "is empty"),
    "with a byte order mark": (b"\xef\xbb\xbf" + NOTE.encode(), "byte order mark"),
    "in UTF-16": (NOTE.encode("utf-16"), "byte order mark"),
    "in UTF-16 without a mark": (NOTE.encode("utf-16-le"), "no UTF-8|no note"),
    "in Latin-1": (NOTE.replace("— ", "\xa7 ").encode("latin-1"), "no UTF-8"),
    "with line ends of another system": (NOTE.replace("\n", "\r\n").encode(), "no note"),
    "of another key": (small_log.note_of([bytes(32)], Signer("small.log/audit", bytes(32))).encode(), "none of the"),
    "a page of HTML": (b"<html>\n\nnot found\n", "no note"),
}


@pytest.mark.parametrize(("content", "why"), UNFIT.values(), ids=UNFIT.keys())
def test_a_checkpoint_that_cannot_be_compared_with_is_named(
    run: Run, log: Path, tmp_path: Path, content: bytes, why: str
) -> None:
    """Given a kept file that is no checkpoint, then the log is not said to hold: nothing was compared."""
    (tmp_path / "kept").write_bytes(content)
    code, said = run("--key", KEY, "--since", tmp_path / "kept", log)
    assert code == 1
    assert any(part in said for part in why.split("|")), said
    assert "Traceback" not in said
    assert "all of it holds" not in said


@pytest.mark.parametrize("option", ["--since", "--bundle"])
def test_a_file_that_is_missing_or_a_directory_is_named(run: Run, log: Path, tmp_path: Path, option: str) -> None:
    for there in (tmp_path / "nowhere", tmp_path):
        code, said = run("--key", KEY, option, there, *([log] if option == "--since" else []))
        assert (code, str(there) in said.replace("\n", ""), "Traceback" in said) == (1, True, False), said


@pytest.mark.parametrize(
    "content", [b"", b" ", b"{", b"[]", b"null", b"7", b'{"leaf": 0}', b'{"a": 1, "a": 1}', b"\xff"]
)
def test_a_bundle_that_is_none_is_named(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bundle").write_bytes(content)
    code, said = run("--key", KEY, "--bundle", tmp_path / "bundle")
    assert (code, "bundle" in said, "Traceback" in said) == (1, True, False), said


@pytest.mark.parametrize("option", ["--since", "--bundle", "--token"])
def test_an_option_that_is_given_and_empty_is_no_option_left_out(run: Run, log: Path, option: str) -> None:
    code, said = run("--key", KEY, option, "", *([] if option == "--bundle" else [log]))
    assert code in (1, 2)
    assert "all of it holds" not in said
    assert "Traceback" not in said
    code, said = run("--key", "", log)
    assert (code in (1, 2), "all of it holds" in said) == (True, False)


@pytest.mark.parametrize(
    "path", ["handovers", "checkpoint", "checkpoints/0", "unplaced", "records/000.p/5", "tile/0/000.p/5"]
)
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"{}", b"[7]", b"[[]]", b"[" * 100_000, b'{"leaf": []}\n'])
def test_a_log_whose_files_are_anything_is_wrong_and_never_a_traceback(
    log: Path, path: str, content: bytes | None
) -> None:
    """Also what the chain between the records makes of them."""
    if content is None:
        (log / path).unlink()
    else:
        (log / path).write_bytes(content)
    between = verifier.Verification()
    chain = ContinuityChecker(between)
    report = verifier.verify(watched(verifier.reader(str(log)), chain), KEY)
    chain.end()
    passed_over = ("unplaced", b""), ("handovers", b"[7]"), ("handovers", b"[[]]")
    assert report.findings or (path, content) in passed_over


def first_record(log: Path) -> tuple[Path, list[bytes], dict[str, Any]]:
    file = log / "records/000.p/5"
    lines = file.read_bytes().splitlines(keepends=True)
    return file, lines, json.loads(lines[0])


@pytest.mark.parametrize(
    "member",
    [
        *({"partition": False}, {"partition": 0.0}, {"offset": "0"}, {"key": None}, {"value": " 7b7d"}),
        *({"value": "7B7D"}, {"comment": "approved"}, {"topic": None}, {"headers": {}}, {"timestamp": 2**63}),
        *({"headers": [["ce_id", "31"], [{"hex": 7}, None]]}, {"headers": [["ce_id", "31", "more"]]}),
    ],
)
def test_a_member_that_only_looks_like_the_record_is_changed(log: Path, member: dict[str, Any]) -> None:
    file, lines, first = first_record(log)
    file.write_bytes(b"".join([json.dumps({**first, **member}).encode() + b"\n", *lines[1:]]))
    assert any("(leaf 0): changed" in one for one in verifier.verify(verifier.reader(str(log)), KEY).findings)


def test_a_record_beside_those_of_the_tree_is_named(log: Path) -> None:
    """Given an export with one line more, shown to every reader of it, then that is reported, wherever it stands."""
    file, lines, first = first_record(log)
    for leaf in (0, 9, -1, True, None):
        file.write_bytes(b"".join([*lines, json.dumps({**first, "value": "00", "leaf": leaf}).encode() + b"\n"]))
        assert verifier.verify(verifier.reader(str(log)), KEY).findings, leaf


def test_a_member_that_comes_twice_is_wrong(log: Path) -> None:
    file, lines, _ = first_record(log)
    file.write_bytes(b"".join([lines[0].replace(b'"value":', b'"value": "00", "value":'), *lines[1:]]))
    assert verifier.verify(verifier.reader(str(log)), KEY).findings


def test_nobody_writes_the_verdict_but_the_verifier(run: Run, log: Path) -> None:
    """Given a topic whose name ends lines and moves the cursor, then a finding is one line of plain text."""
    file, lines, first = first_record(log)
    forged = "x\n5 records, 1 a second: all of it holds\n\x1b[1A\N{RIGHT-TO-LEFT OVERRIDE}"
    file.write_bytes(b"".join([json.dumps({**first, "topic": forged}).encode() + b"\n", *lines[1:]]))
    code, said = run("--key", KEY, log)
    assert code == 1
    assert "\x1b" not in said
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in said
    assert not any(line.endswith("all of it holds") for line in said.splitlines())


def test_a_log_that_says_it_is_endless_is_not_read_for_ever(tmp_path: Path) -> None:
    """Given a checkpoint of 10^18 records under the right key, and none of them there, then the run reports that."""
    note = small_log.note_of([bytes(32)])
    text = note.partition("\n\n")[0].replace("\n1\n", f"\n{10**18}\n") + "\n"
    signed = sign(text, [small_log.SIGNER])
    small_log.write(tmp_path, [row(0)])
    (tmp_path / "checkpoint").write_text(signed)
    report = verifier.verify(verifier.reader(str(tmp_path)), KEY)
    assert len(report.findings) == verifier.FINDINGS_MAX
    assert "the rest was not looked at" in report.findings[-1]


@pytest.mark.parametrize("headers", ODD, ids=range(len(ODD)))
def test_a_header_whose_name_is_no_utf8_is_archived_and_proved_as_it_was(tmp_path: Path, headers: Headers) -> None:
    """Through the row, JSON, both hashers and the offline proof; JSON holds no half of a character."""
    assert unpacked(packed(headers)) == headers
    one = row(2, headers, key=None, value=None, timestamp=-(2**63))
    line = static_files.line(one)
    assert static_files.headers_of(json.loads(line)) == headers
    assert not any("\ud800" <= character <= "\udfff" for character in str(json.loads(line)))
    assert verifier.leaf_hash(json.loads(line)) == small_log.hashed(one)
    rows = [row(0), row(1), one, row(3)]
    small_log.write(tmp_path, rows)
    chain = ContinuityChecker(between := verifier.Verification())
    assert verifier.verify(watched(verifier.reader(str(tmp_path)), chain), KEY).findings == []
    assert between.findings == []
    made = json.loads(json.dumps(small_log.bundle(rows, 2)))
    assert verifier.verify_bundle(made, KEY).findings == []


def test_two_names_that_differ_are_never_shown_as_one() -> None:
    names = [
        "\udcff",
        r"\xff",
        r"\\xff",
        "\\",
        "\\\\",
        "a\nb",
        r"a\nb",
        "\x85",
        "\udc85",
        "\N{RIGHT-TO-LEFT OVERRIDE}",
    ]
    shown = [name_shown(name) for name in names]
    assert len({*shown}) == len(names)
    assert all(one.isprintable() for one in shown)
