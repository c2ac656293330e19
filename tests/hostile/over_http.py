"""Sends hostile requests over sockets of its own while honest commands go beside them, and says what was wrong."""

import json
import re
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import httpx

from tests.foreign import service_of
from tests.hostile import honest
from tests.hostile.requests import Request, Route, requests
from tests.system import RunningSystem

WAIT_S, WAIT_FOR_GOOD_S, SILENT_S = 5.0, 120.0, 1.0
"""For an answer to what is not whole; to what must be answered; after an answer, for another."""
PAUSE_S = 0.1
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
AT_ONCE = 6
WIDTH, OK, NOT_FOUND = 256, 200, 404
"""Hashes of a tile (C2SP tlog-tiles)."""
ENDLESS = "text/event-stream"
OPERATIONS = ("/readyz", "/healthz/progress")
"""Of which a 503 is an answer about the service, whoever asks."""


def routes(system: RunningSystem) -> list[Route]:
    """What the services publish of themselves, less what streams without end."""
    listed = []
    for service in system.processes:
        document = system.http.get(f"{system.url(service)}/openapi.json", timeout=60).json()
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if path in OPERATIONS:
                    continue
                if method in ("get", "post") and ENDLESS not in json.dumps(operation.get("responses", {})):
                    named = tuple(one["name"] for one in operation.get("parameters", ()) if one.get("in") == "query")
                    listed.append(Route(service, method.upper(), path, named))
    return sorted(listed, key=lambda route: (route.service, route.path, route.method))


def run(system: RunningSystem, seed: int, number: int) -> tuple[list[str], Counter[str]]:
    """What was wrong, and how often each status was answered."""
    wrong: list[str] = []
    statuses: Counter[str] = Counter()
    sent = requests(seed, number, routes(system))
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        beside = pool.submit(_honest, system, f"w{seed}", max(11, number // 10))
        for request, answered in zip(sent, pool.map(lambda one: _exchange(system, one), sent), strict=True):
            codes = [int(status) for status in STATUS.findall(answered)]
            statuses.update(str(status) for status in codes)
            wrong += [
                f"{request.kind} to {request.service}: {status}: {request.pieces[0][:400]!r} -> {answered[:300]!r}"
                for status in codes
                if status >= 500
            ]
            wrong += [f"{request.kind}: {one}" for one in _good(request, answered)]
        wrong += beside.result()
    wrong += _tiles(system)
    return wrong, statuses


def _tiles(system: RunningSystem) -> list[str]:
    """Nothing partial of the log is there under a full name, for such a name is kept for ever by who is between."""
    url = system.url("audit")
    answer = system.http.get(f"{url}/checkpoint", timeout=60)
    if answer.status_code != OK:
        return [f"the checkpoint: {answer.status_code} {answer.text[:300]}"]
    size = int(answer.text.split("\n")[1])
    last, wrong = size // WIDTH, []
    for path in (f"tile/0/{last:03}", f"tile/entries/{last:03}", "tile/0/x000/000", f"tile/0/{last:03}.p/{WIDTH}"):
        status = system.http.get(f"{url}/{path}", timeout=60).status_code
        wrong += [f"{path} of a log of {size}: {status}"] if status != NOT_FOUND else []
    return wrong


def _exchange(system: RunningSystem, request: Request) -> bytes:
    """All that the service answers before it closes, or falls silent."""
    answered = b""
    with socket.create_connection(
        ("127.0.0.1", system.ports[request.service]), WAIT_FOR_GOOD_S if request.good else WAIT_S
    ) as connection:
        try:
            for piece in request.pieces:
                connection.sendall(piece)
                if len(request.pieces) > 1:
                    time.sleep(PAUSE_S)
            while part := connection.recv(65_536):
                answered += part
                connection.settimeout(SILENT_S)
        except OSError:  # it has closed while we were sending, or waits for more than we send; both it may
            return answered
    return answered


def _good(request: Request, answered: bytes) -> list[str]:
    if not request.good:
        return []
    body = answered.partition(b"\r\n\r\n")[2]
    try:
        outcomes, _ = json.JSONDecoder().raw_decode(body.decode())
    except ValueError:
        return [f"a good command was not answered: {request.pieces[0][:300]!r} -> {answered[:300]!r}"]
    if request.places and not isinstance(outcomes, list):
        return [f"a batch was not answered as one: {answered[:300]!r}"]
    each = [outcomes[place] for place in request.places] if request.places else [outcomes]
    return [
        f"a good command was answered {one}"
        for one, event in zip(each, request.good, strict=True)
        if (one.get("status"), one.get("command_id")) != ("accepted", event["id"])
    ]


def _honest(system: RunningSystem, name: str, number: int) -> list[str]:
    """Honest commands one after the other, each answered while the others do their worst."""
    wrong = []
    chance = Random(name)  # noqa: S311
    for event in honest.commands(name, number):
        answer = _post(system, event)
        if answer.status_code not in (200, 202):
            wrong.append(f"honest {event['id']}: {answer.status_code} {answer.text[:300]}")
        time.sleep(chance.random() / 50)
    return wrong


def _post(system: RunningSystem, event: dict[str, Any]) -> httpx.Response:
    url = f"{system.url(service_of(event))}/v1/commands"
    headers = {"content-type": "application/cloudevents+json"}
    return system.http.post(url, content=json.dumps(event), headers=headers, timeout=120)
