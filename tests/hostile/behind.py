"""Commands that are good but for one thing, each just behind an edge: their senders must be answered `invalid`.

Chance finds such a record late; these are in every run. A name holds no more than the seed, so that runs never collide.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from contracts.limits import INTEGER_MAX
from tests.hostile.texts import word

Behind = tuple[str, dict[str, Any], Any]
"""What is behind an edge, the attributes, and the data (bytes where it is no plain JSON)."""
STATUS, STATEMENT, MANDATE = (
    "forcegen.deployments.RecordMissionStatus",
    "forcegen.deployments.RecordOfficialStatement",
    "forcegen.approvals.ApproveMandate",
)


def commands(chance: Random, name: str) -> Iterator[Behind]:
    """One of each; `name` begins their ids."""
    mission, mandate = f"XB{chance.randrange(10**9)}", f"behind-{word(chance, 12)}"
    status = {"mission": mission, "status": "active", "since": "2022-07-01", "authority": "S/RES/1"}
    for day in ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"):
        yield f"day {day}", _attributes(name, STATUS, f"mission/{mission}", day), status | {"since": day}
    statement = {
        **{"contributor": "ZZY", "statement": f"s-{word(chance, 9)}", "as_of": "2022-06-30", "measure": "present"},
        **{"since": None, "missions": [mission], "categories": ["military_observer"], "value": INTEGER_MAX + 1},
        **{"qualifier": "exact", "source": "A sitting"},
    }
    yield "integer", _attributes(name, STATEMENT, "contributor/ZZY", "integer"), statement
    votes = {"act_number": "1", "decided_on": "2022-06-30", "votes_for": INTEGER_MAX + 1, "votes_against": 0}
    approval = {"mandate": mandate, "decision": votes, "in_force_from": "2022-07-01"}
    yield "votes", _attributes(name, MANDATE, f"mandate/{mandate}", "votes"), approval
    good = _attributes(name, STATUS, f"mission/{mission}", "attribute")
    yield "NUL", good | {"id": f"{name}-nul"}, status | {"authority": "a\0b"}
    yield "length", good | {"id": f"{name}-{word(chance, 1900)}"}, status
    yield "year", good | {"id": f"{name}-year", "time": "0001-01-01T00:00:00Z"}, status
    yield "effectivetime", good | {"id": f"{name}-effective", "effectivetime": "2022-07-01T00:00:00Z"}, status
    yield "time", good | {"id": f"{name}-time", "time": "2024-03-12T09:30Z"}, status
    yield "line break", good | {"id": f"{name}\nx", "source": "urn:x"}, status
    yield "line break", good | {"id": "x", "source": f"urn:x\n{name}"}, status
    deep = json.dumps(status).encode()[:-1] + b',"x":' + b"[" * 300 + b"]" * 300 + b"}"
    yield "depth", good | {"id": f"{name}-deep"}, deep
    yield "twice", good | {"id": f"{name}-twice"}, json.dumps(status).encode()[:-1] + b',"status":"closed"}'


def _attributes(name: str, type_: str, subject: str, what: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{name}-{what}",
        "source": "urn:behind",
        "type": type_,
        "subject": subject,
        "time": "2022-07-01T09:00:00Z",
        "datacontenttype": "application/json",
    }
