"""What a producer and a consumer do with the library alone: run in a Python that has the library and nothing of ours.

Its argument is a file with the events of the published vectors; it prints what the library says of each, in the words
of the vectors, and the material of a new signature where the event is verified.
"""

import base64
import importlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

library = importlib.import_module("forcegen_verifiability")
OURS = {"contracts", "kernel", "services", "operations", "cli", "deploy"}


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_bytes())
    private = {
        name: library.SigningKey.from_pem(key["private_pem"].encode()) for name, key in given["test_keys"].items()
    }
    said = [verified(event, private) for event in given["events"]]
    loaded = {name.partition(".")[0] for name in sys.modules}
    versions = [library.__version__, version("forcegen-verifiability")]
    print(json.dumps({"said": said, "ours": sorted(OURS & loaded), "versions": versions}))  # noqa: T201


def verified(event: dict[str, Any], private: dict[str, Any]) -> dict[str, Any]:
    """What the library says of an event, and what it signs in the place of its signature."""
    keys = {private[name].public.id: name for name in event["accepted_keys"]}
    accepted = [library.PublicKey.parse(private[name].public.text) for name in event["accepted_keys"]]
    data = base64.b64decode(event["data_base64"])
    try:
        one = library.verify(event["attributes"], data, accepted)
    except library.NotVerifiable as fault:
        return {"refused": fault.reason}
    name = keys[one.key_id]
    material = library.sign(event["attributes"], data, private[name], one.signed)
    again = library.verify({**event["attributes"], library.MATERIAL: material}, data, accepted)
    assert (again.signed, again.attributes, again.dropped) == (one.signed, one.attributes, one.dropped)
    listed = {"signed": list(one.signed), "attributes": dict(one.attributes), "dropped": list(one.dropped)}
    return {"verified": {"key": name, "coverage": one.coverage, **listed}, "material": material}


if __name__ == "__main__":
    main()
