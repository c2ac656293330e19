"""From an archived record to its producer's own signature, offline: the log proves the record, the key its sender."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from contracts.vectors import all_vectors
from contracts.vectors.messages import KEYS
from services.audit.http.proofs import bundle
from tests.audit.conftest import Archive, record

pytestmark = pytest.mark.servers
TOPIC = "approvals.commands"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.mark.parametrize("name", ["kafka-binary", "kafka-structured", "kafka-structured-inlined", "p256"])
async def test_a_bundle_leads_to_the_signature_of_the_producer(archive: Archive, tmp_path: Path, name: str) -> None:
    vector = next(one for one in all_vectors() if one.name == name)
    headers = [(header, text.encode()) for header, text in vector.headers]
    await archive.keep([record(0, topic=TOPIC, value=vector.body, headers=headers)])
    await archive.sign()
    async with archive.pool.acquire() as connection:
        proven = await bundle(connection, TOPIC, 0, 0)
    assert proven is not None
    file = tmp_path / "record.json"
    file.write_text(json.dumps(proven))
    keys = [text for one in ("ed25519", "p256") for text in ("--key", KEYS[one].public.text)]

    assert run("audit", "verify", "--key", str(archive.signer.verifier), "--bundle", file).exit_code == 0
    assert run("verify-event", file, *keys).exit_code == 0

    proven["record"]["value"] = vector.body.replace(b"1e2", b"1e3").hex() if b"1e2" in vector.body else ""
    file.write_text(json.dumps(proven))
    assert run("audit", "verify", "--key", str(archive.signer.verifier), "--bundle", file).exit_code == 1
    assert run("verify-event", file, *keys).exit_code == 1
