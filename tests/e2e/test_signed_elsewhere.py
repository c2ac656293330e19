"""Signed by other people's cryptography: the example of docs/how-to/sign-events.md in Node."""

import base64
import json
import re
import subprocess
from pathlib import Path

import pytest

from contracts.raw_events import raw_from_kafka
from contracts.vectors import all_vectors
from contracts.vectors.messages import KEYS
from contracts.verifiability import MATERIAL, verify
from tests.architecture.sources import ROOT
from tests.browser.chromium import NODE

PAGE = (ROOT / "docs/how-to/sign-events.md").read_text(encoding="utf-8")
CALL = """
const { attributes, data, pem, keyid, names } = JSON.parse(process.argv[2]);
process.stdout.write(dssematerial(attributes, Buffer.from(data, "base64"), pem, keyid, names));
"""


@pytest.mark.parametrize("name", ["kafka-binary", "p256", "signed-as-absent", "required-attributes-only"])
def test_the_example_in_another_language_signs_what_we_verify(name: str, tmp_path: Path) -> None:
    vector = next(one for one in all_vectors() if one.name == name)
    event = raw_from_kafka(vector.body, [(header, text.encode()) for header, text in vector.headers])
    key = KEYS["p256" if name == "p256" else "ed25519"]
    signed = verify(event.attributes, event.data, [key.public]).signed
    (block,) = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "sign.mjs").write_text(block + CALL, encoding="utf-8")
    attributes = {other: value for other, value in event.attributes.items() if other != MATERIAL}
    argument = {"attributes": attributes, "pem": key.to_pem().decode(), "keyid": key.public.id, "names": list(signed)}
    argument["data"] = base64.b64encode(event.data).decode()
    command = [str(NODE), str(tmp_path / "sign.mjs"), json.dumps(argument)]
    material = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert verify({**attributes, MATERIAL: material}, event.data, [key.public]).signed == signed
    if name != "p256":  # Node signs ECDSA with a random number each time
        assert material == event.attributes[MATERIAL]
