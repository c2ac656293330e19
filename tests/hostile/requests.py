"""Hostile requests from a seed, as the bytes that go over a socket: broken framing, odd headers, mixed batches.

Pure. Nothing that a caller sends may be answered with a 5xx, and a good command in a bad company is carried out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from urllib.parse import quote, quote_from_bytes

from tests.foreign import service_of
from tests.hostile import honest, odd_commands, records
from tests.hostile.texts import ODD_INSTANTS, odd_bytes, odd_text
from tests.system import BEARER

Event = dict[str, Any]
HOST: Final = f"Host: 127.0.0.1\r\nAuthorization: {BEARER['Authorization']}".encode()
"""The head of a request of somebody who may do everything: only the request is hostile."""
JSON_EVENT: Final = b"application/cloudevents+json"
BATCH: Final = b"application/cloudevents-batch+json"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a service can be asked: the path with its `{parameters}`, and the names of those behind the `?`."""

    service: str
    method: str
    path: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent to a service over one connection, in pieces with a pause between them."""

    kind: str
    service: str
    pieces: tuple[bytes, ...]
    good: tuple[Event, ...] = ()
    """Commands in it that must be answered `accepted`, each by its own place in a batch, or alone."""
    places: tuple[int, ...] = ()


def requests(seed: int, number: int, routes: Sequence[Route]) -> list[Request]:
    """So many requests, each of the large ones among them; `routes` are those that the services publish."""
    chance = Random(seed)  # noqa: S311
    makers = (_headers, _structured, _mixed, _framing, _route, _route, _line, _large, _slow, _pipelined)
    made = list(_each_large(chance, f"{seed}-large")) if number else []
    made += [chance.choice(makers)(chance, f"{seed}-{nr}", routes) for nr in range(number - len(made))]
    chance.shuffle(made)
    return made


def post(
    body: bytes, headers: Sequence[tuple[bytes, bytes]], *, close: bool = True, length: bytes | None = None
) -> bytes:
    """`POST /v1/commands` with these headers, whatever they hold."""
    lines = [b"POST /v1/commands HTTP/1.1", HOST]
    lines += [name + b": " + value for name, value in headers]
    lines.append(b"Content-Length: " + (b"%d" % len(body) if length is None else length))
    if close:
        lines.append(b"Connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def command(chance: Random, name: str, odd: float = 0.0) -> tuple[str, Event]:
    """A service, and a structured command for it."""
    service = chance.choice(records.DECIDING)
    type_, content, subject = records.drawn(chance, service, odd)
    return service, records.plain(name, type_, subject) | {"data": content}


def _on_one_line(raw: bytes) -> bytes:
    """A header's value may hold any byte; one that ends the line would be another header."""
    return raw.replace(b"\r", b"").replace(b"\n", b"") if raw[:1] != b"\n" else raw


def _headers(chance: Random, name: str, __: Sequence[Route]) -> Request:
    service, event = command(chance, name)
    attributes = {n: v for n, v in event.items() if n not in ("data", "datacontenttype")}
    headers = [(b"ce-" + n.encode(), str(v).encode()) for n, v in attributes.items()]
    headers.append((b"content-type", b"application/json"))
    for _ in range(chance.choice((1, 1, 2, 3))):
        nth = chance.randrange(len(headers))
        odd = chance.choice(
            (odd_bytes(chance)[:300], chance.choice(ODD_INSTANTS).encode(), b"%00", b"%ff", b'"\\', b'"a\\"b"')
        )
        headers[nth] = (headers[nth][0], _on_one_line(odd))
    if chance.random() < 0.3:
        headers.append((chance.choice((b"ce-id", b"ce-x", b"ce_id", b"CE-ID", b"content-type")), b"another"))
    return Request("headers", service, (post(json.dumps(event["data"]).encode(), headers),))


def _structured(chance: Random, name: str, _: Sequence[Route]) -> Request:
    service = chance.choice(records.DECIDING)
    record = odd_commands.structured(chance, service, name)
    media_type = _on_one_line(record.raw.headers[0][1] or b"")
    return Request("structured", service, (post(record.raw.value or b"", [(b"content-type", media_type)]),))


def _mixed(chance: Random, name: str, __: Sequence[Route]) -> Request:
    """A batch of good and bad commands: the good ones are accepted at their places."""
    story = [event for event in honest.commands(f"b{name}", 2) if service_of(event) == "approvals"]
    batch: list[Any] = []
    for _ in range(chance.choice((0, 1, 5, 40))):
        _, event = command(chance, f"{name}-{len(batch)}", 0.3)
        batch.append(chance.choice((event, odd_text(chance), None, [], {}, event | {"id": odd_text(chance)}, 1)))
    places: list[int] = []
    for event in story:
        places.append(chance.randrange(places[-1] + 1 if places else 0, len(batch) + 1))
        batch.insert(places[-1], event)
    body = json.dumps(batch).encode("utf-8", "surrogatepass")
    return Request("mixed batch", "approvals", (post(body, [(b"content-type", BATCH)]),), tuple(story), tuple(places))


def _framing(chance: Random, name: str, _: Sequence[Route]) -> Request:
    """Lengths and chunks that contradict each other, or mean nothing."""
    service, event = command(chance, name)
    body = json.dumps(event).encode()
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    lengths = (b"0", b"-1", b"+5", b" 5 ", b"5, 5", b"5, 6", b"1e3", b"99999999999999999999999", b"", b"0x10", b"\xb2")
    head = b"POST /v1/commands HTTP/1.1\r\n" + HOST + b"\r\nContent-Type: " + JSON_EVENT + b"\r\nConnection: close\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    sent = chance.choice(
        (
            post(body, [(b"content-type", JSON_EVENT)], length=chance.choice(lengths)),
            post(body, [(b"content-type", JSON_EVENT), (b"content-length", b"3")]),
            post(body, [(b"content-type", JSON_EVENT), (b"transfer-encoding", b"chunked")]),
            post(chunk, [(b"content-type", JSON_EVENT), (b"transfer-encoding", b"chunked")]),
            chunked + chunk,
            chunked + b"-1\r\nx\r\n0\r\n\r\n",
            chunked + b"zz\r\nx\r\n",
            chunked + b"ffffffffffffffffffff\r\nx",
            chunked + b"1" * 100 + b"\r\n",
            chunked + b"5;" + b"e" * 20_000 + b"\r\nhello\r\n0\r\n\r\n",
            chunked + b"5\r\nhello0\r\n\r\n",
            chunked + b"0\r\nTrailer: \xff\xfe\r\n\r\n",
            chunked + b"2\nhi\n0\n\n",
            chunked + b"1\r\n{\r\n",
            head + b"Transfer-Encoding: identity\r\n\r\n" + body,
            head + b"Transfer-Encoding: xchunked\r\n\r\n" + chunk,
            head + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + chunk,
            head + b"Transfer-Encoding : chunked\r\n\r\n" + chunk,
            head + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + chunk,
            head + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body,
            head + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body) + body,
            head + b"Expect: 200-maybe\r\nContent-Length: %d\r\n\r\n" % len(body) + body,
        )
    )
    return Request("framing", service, (sent,))


def _route(chance: Random, name: str, routes: Sequence[Route]) -> Request:
    """A published route with parameters that nobody meant."""
    route = chance.choice(routes)
    path = route.path
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + _in_path(chance) + rest.partition("}")[2]
    chosen = chance.sample(route.parameters, min(len(route.parameters), chance.choice((0, 1, 1, 2, 5))))
    query = "&".join(f"{one}={_in_query(chance)}" for one in chosen)
    method = chance.choice((route.method, route.method, "HEAD", "OPTIONS", "PUT", "QUERY"))
    target = (path + (f"?{query}" if query else "")).encode()
    odd = chance.choice(
        (b"", b"Last-Event-ID: \xff", b"Accept: x/\xff", b"Range: bytes=9-1", b"Accept-Language: ;q=\x01")
    )
    lines = [method.encode() + b" " + target + b" HTTP/1.1", HOST, b"Connection: close", odd]
    return Request("route", route.service, (b"\r\n".join(line for line in lines if line) + b"\r\n\r\n",))


ODD_PARAMETERS: Final = (
    *(
        "%00",
        "%ff",
        "%ed%a0%80",
        "%C0%80",
        "%F4%8F%BF%BF",
        "1e400",
        "99999999999999999999",
        "-1",
        "9" * 400,
        "%2F",
        "%0A",
    ),
    *("0001-01-01", "9999-12-31", "20220630", "2022-06-30", "2022-02-30", "10000-01-01", "0001-01-01T00:00:00%2B05:00"),
    *("9999-12-31T23:59:59-14:00", "infinity", "nan", "%D9%A1%D9%A2", "1_000", "%2B1", "0x1", "true", "null", "[]", ""),
)


def _in_query(chance: Random) -> str:
    kind = chance.random()
    if kind < 0.6:
        return chance.choice(ODD_PARAMETERS)
    return quote_from_bytes(odd_bytes(chance)[:500]) if kind < 0.8 else quote(odd_text(chance)[:500])


def _in_path(chance: Random) -> str:
    return _in_query(chance) or chance.choice(("x", "..", "%2e%2e", "//"))


def _line(chance: Random, _: str, routes: Sequence[Route]) -> Request:
    """A first line that is none, another protocol, a target in an odd form."""
    service = chance.choice(routes).service
    head = b" HTTP/1.1\r\n" + HOST + b"\r\nConnection: close\r\n\r\n"
    lines = (
        *(
            b"\r\n\r\n",
            b"\0" * 64,
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET /livez\r\n",
            b"GET " + b"/" * 70_000 + head,
        ),
        *(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200,
            b"* " + head,
        ),
        *(
            b"GET http://attacker.example/livez" + head,
            b"OPTIONS *" + head,
            b"CONNECT x:1" + head,
            b"get /livez" + head,
        ),
        *(
            b"GET /livez?\xff\xfe" + head,
            b"GET /%" + head,
            b"GET /livez#x" + head,
            b"G\xffT /" + head,
            b"GET  /livez" + head,
        ),
        b"GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n folded\r\nConnection: close\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nno colon\r\nConnection: close\r\n\r\n",
        b"GET /v1/changes HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        b"POST /v1/commands HTTP/1.0\r\n\r\n",
        odd_bytes(chance) + b"\r\n\r\n",
    )
    return Request("first line", service, (chance.choice(lines),))


def _large(chance: Random, name: str, _: Sequence[Route]) -> Request:
    """Much of one thing: a header, headers, a body, a batch."""
    return chance.choice(_each_large(chance, name))


def _each_large(chance: Random, name: str) -> tuple[Request, ...]:
    service, event = command(chance, name)
    body = json.dumps(event).encode()
    kind = (b"content-type", JSON_EVENT)
    batch = [(b"content-type", BATCH)]
    sent = (
        post(body, [kind, (b"x", b"y" * 200_000)]),
        post(body, [kind, *((b"x%d" % nr, b"y") for nr in range(5_000))]),
        post(body, [(b"n" * 100_000, b"y"), kind]),
        post(b" " * 5_000_000, [kind]),
        post(b"[" + b",".join([b"1"] * 1_500) + b"]", batch),
        post(b"[" * 100_000, batch),
        post(json.dumps([event | {"id": f"{name}-{nr}"} for nr in range(1_001)]).encode(), batch),
    )
    return tuple(Request("large", service, (one,)) for one in sent)


def _slow(chance: Random, name: str, _: Sequence[Route]) -> Request:
    """A body that comes in pieces, or of which the end never comes."""
    service, event = command(chance, name)
    whole = post(json.dumps(event).encode(), [(b"content-type", JSON_EVENT)])
    cuts = sorted(chance.sample(range(1, len(whole)), 3))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    return Request("slow", service, tuple(pieces[: chance.choice((2, 4, 4))]))


def _pipelined(chance: Random, name: str, _: Sequence[Route]) -> Request:
    """Several requests at once; what follows a good one is garbage, and the good one is answered."""
    (event,) = honest.commands(f"l{name}", 1)
    good = post(json.dumps(event).encode(), [(b"content-type", JSON_EVENT)], close=False)
    garbage = chance.choice(
        (b"garbage\r\n\r\n", odd_bytes(chance), b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 50, good * 3)
    )
    return Request("pipelined", "approvals", (good + garbage,), (event,), ())
