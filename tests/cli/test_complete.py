"""Completion in bash, zsh and fish: commands, reports, parameters and ids of the running system, quick and silent."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli.main import main
from deploy.local.endpoints import FILE, Endpoints
from deploy.local.tokens import path_of_token

REPORTS = [
    {"name": "headroom", "description": "How much is left\nunder each line.", "parameters": ["as_of", "line", "limit"]},
    {"name": "who-is-where", "description": "One row a tour.", "parameters": ["missions"]},
]
HELD = {"topic": "deployments.events", "partition": 2, "offset": 1041, "reason": "It is newer."}
ANSWERS = {
    "/v1/reports": {"reports": REPORTS},
    "/v1/lines": {"items": [{"id": "kz-2013/observers"}, {"id": "kz-2018/company"}]},
    "/v1/missions": {"items": [{"mission": "MINURSO"}, {"mission": "UNIFIL"}]},
    "/v1/held": {"items": [HELD]},
}
Press = Callable[[str], list[str]]


class Api(BaseHTTPRequestHandler):
    """Answers who shows the token of the system, and nobody else."""

    def do_GET(self) -> None:
        content = ANSWERS.get(self.path.partition("?")[0])
        is_known = self.headers["Authorization"] == "Bearer secret"
        self.send_response(200 if content and is_known else 401)
        self.end_headers()
        self.wfile.write(json.dumps(content if is_known else {}).encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    directory = tmp_path_factory.mktemp("system")
    (directory / FILE).write_text(Endpoints("127.0.0.1:1", {"query": url, "vacancies": url}).as_json())
    path_of_token(directory).parent.mkdir()
    path_of_token(directory).write_text("secret\n")
    yield directory
    server.shutdown()
    server.server_close()


@pytest.fixture
def bash(system: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Press:
    """What bash is offered at the end of a line, which it splits at `=` too."""
    monkeypatch.setenv("FORCEGEN_DIRECTORY", str(system))

    def press(line: str) -> list[str]:
        words = line.replace("=", " = ").split(" ")
        monkeypatch.setenv("_FORCEGEN_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", " ".join(words).rstrip())
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        with pytest.raises(SystemExit) if "=" not in line else pytest.MonkeyPatch.context():
            main()
        out, err = capsys.readouterr()
        assert err == ""
        return out.split()

    return press


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("forcegen au", ["audit"]),
        ("forcegen audit ve", ["verify", "verifier"]),
        ("forcegen report ", ["headroom", "who-is-where"]),
        ("forcegen report wh", ["who-is-where"]),
        ("forcegen report headroom --param ", ["line=", "limit="]),
        ("forcegen report headroom --param li", ["line=", "limit="]),
        ("forcegen report headroom --param line=kz-2018", ["kz-2018/company"]),
        ("forcegen report who-is-where -p missions=UNIFIL -p missions=M", ["MINURSO"]),
        ("forcegen report headroom -p limit=", []),
        ("forcegen report nonsense -p ", []),
        ("forcegen dead-letters v", ["vacancies"]),
        ("forcegen drop-held vacancies ", ["deployments.events/2/1041"]),
        ("forcegen report headroom --format c", ["csv"]),
    ],
)
def test_bash_is_offered_what_the_system_has(bash: Press, line: str, offered: list[str]) -> None:
    assert bash(line) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_zsh_and_fish_are_offered_the_same_with_a_few_words(
    system: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    monkeypatch.setenv("FORCEGEN_DIRECTORY", str(system))
    monkeypatch.setenv("_FORCEGEN_COMPLETE", f"complete_{shell}")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    for line, offered in (
        ("report h", "How much is left under each line."),
        ("report headroom -p line=", "line=kz-2018"),
    ):
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", f"forcegen {line}")
        with pytest.raises(SystemExit):
            main()
        assert offered in capsys.readouterr().out


@pytest.mark.parametrize("line", ["forcegen report ", "forcegen report headroom -p line=", "forcegen held "])
def test_where_no_system_answers_nothing_is_offered_and_nothing_is_said(
    bash: Press, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str
) -> None:
    monkeypatch.setenv("FORCEGEN_DIRECTORY", str(tmp_path / "nowhere"))
    assert bash(line) == []
    there = Endpoints("127.0.0.1:1", {"query": "http://127.0.0.1:1"}).as_json()
    (tmp_path / FILE).write_text(there)
    monkeypatch.setenv("FORCEGEN_DIRECTORY", str(tmp_path))
    assert bash(line) == (["query"] if line == "forcegen held " else [])
    assert [path.name for path in tmp_path.rglob("*")] == [FILE]
