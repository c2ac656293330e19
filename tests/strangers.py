"""Parameters as any client may send them: everything that a service's document declares, and bytes that it does not.

Addresses are written by hand and sent unchanged, since a client library would correct them.
"""

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from tests.system import BEARER

UNTEXT = {
    "NUL": "%00",
    "NUL inside": "a%00b",
    "a line break": "a%0Ab",
    "DEL": "a%7F",
    "a C1 control": "%C2%85",
    "a noncharacter": "%EF%BF%BF",
    "a noncharacter of another plane": "%F0%9F%BF%BE",
    "half a character": "%ED%A0%80",
    "a byte that is not UTF-8": "%FF",
    "a character cut off": "a%C3",
}
"""Values that no parameter accepts."""
ODD = {
    "the unset day": "0001-01-01",
    "the last of all days": "9999-12-31",
    "a day too early": "1899-12-31",
    "a day too late": "2200-01-01",
    "a day that is none": "2014-02-30",
    "a day without hyphens": "20220630",
    "a day as seconds": "1656547200",
    "an instant without offset": "2022-06-30T00:00:00",
    "the unset instant": "0001-01-01T00:00:00%2B05:00",
    "the last instant": "9999-12-31T23:59:59.999999-05:00",
    "a leap second": "2016-12-31T23:59:60Z",
    "an offset that is none": "2016-12-31T23:59:00%2B99:99",
    "a plus that became a space": "2016-12-31T23:59:00+02:00",
    "10^30": "1" + "0" * 30,
    "2^63": "9223372036854775808",
    "2^31": "2147483648",
    "2^64 less one": "18446744073709551615",
    "less than nothing": "-1",
    "nothing, twice": "-0",
    "a plus": "%2B1",
    "a leading zero": "01",
    "an underscore": "1_000",
    "digits of another script": "%D9%A3",
    "spaces around": "%201%20",
    "a decimal": "1.0",
    "an exponent": "1e3",
    "no number": "NaN",
    "without end": "inf",
    "unnormalised": "e%CC%81",
    "unassigned": "%CD%B8",
    "a no-break space": "a%C2%A0b",
    "right to left": "%E2%80%AE",
    "a private character": "%EE%80%80",
    "beyond the first plane": "%F0%9F%95%8A",
    "10 kB": "x" * 10_000,
    "10 kB of two bytes each": "%D0%B6" * 5_000,
    "quotes": "%27%3B--%22",
    "a path": "../../etc/passwd",
    "a template": "%7B%7B1%2B1%7D%7D%25s",
    "a percent": "%25",
    "a slash": "a%2Fb",
    "JSON": "%5B%7B%7D%5D",
}
"""Values that some parameters accept and most refuse."""
HEADERS = {
    "Accept": ("", "*/*;q=x", "text/html;q=9999999999999999999999", "\xff", "a" * 5_000, ",,,;;;=", "text/html"),
    "Accept-Language": ("", "ru;q=", "en;q=1e9, ru;q=nan", "\xff\xfe", "-" * 5_000, ";;;", "*;q=-1", "RU"),
    "Accept-Encoding": ("", "gzip;q=x", "\xff"),
    "If-None-Match": ("", '"', "W/", "*", '"\xff"', '"a", "b', "x" * 5_000),
    "If-Match": ("", '"', "*", '"nothing"', "W/"),
    "If-Modified-Since": ("yesterday", "Thu, 01 Jan 0001 00:00:00 GMT", "\xff"),
    "If-Range": ('"x"', "Thu, 01 Jan 1970 00:00:00 GMT", "\xff"),
    "Range": ("bytes=", "bytes=-0", "bytes=9-1", "bytes=0-0,5-6", "bytes=" + "9" * 400 + "-", "lines=1-2", "\xff"),
    "Last-Event-ID": ("", "-1", "9" * 30, "x", "\xff", "1e3", "+1"),
    "Authorization": ("", "Bearer", "Basic %%%", "Bearer \xff", "Basic /////w==", "x" * 5_000),
    "Host": ("[", "a b", "\xff", "x" * 5_000, "a@b", "::1", "a:99999999"),
    "Content-Type": ("", "\xff", "a/b;c", "application/json;charset=\xff"),
    "Content-Length": ("-1", "x", "9" * 40),
    "Transfer-Encoding": ("chunked", "gzip", "\xff"),
    "Cookie": ("\xff", "a=b; =; ;;"),
    "X-Forwarded-For": ("x", "::", "\xff", "1.2.3.4, [", "," * 500),
    "X-Forwarded-Proto": ("x", "\xff", "javascript"),
    "traceparent": ("\xff", "00-0-0-0"),
    "Expect": ("100-continue", "x"),
    "Upgrade": ("websocket", "h2c", "\xff"),
}
"""Header values; each is sent as Latin-1."""
_EXAMPLES = {"date": "2014-07-01", "date-time": "2014-09-01T00:00:00Z", "uuid": "dbd8b6b0-c184-50b5-b223-7434f5ba09b4"}


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem details."""
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.body[:500])
        problem: dict[str, Any] = json.loads(self.body)
        assert problem["status"] == self.status
        return problem


@dataclass(frozen=True)
class Question:
    """A parameter of a route, with values for the other parameters that the route requires."""

    method: str
    path: str
    name: str
    where: str
    repeats: bool
    needed: Mapping[str, str]
    in_path: Mapping[str, str]

    def target(self, text: str | None, *, twice: bool = False) -> str:
        """The request target with `text`, unescaped, as the parameter's value; None leaves the parameter out."""
        path, query = self.path, dict(self.needed)
        for name, value in self.in_path.items():
            sent = text if self.where == "path" and name == self.name and text is not None else value
            path = path.replace(f"{{{name}}}", sent)
        pairs = [f"{name}={value}" for name, value in query.items() if name != self.name]
        if self.where == "query" and text is not None:
            pairs += [f"{self.name}={text}"] * (2 if twice else 1)
        return f"{path}?{'&'.join(pairs)}" if pairs else path

    @property
    def example(self) -> str:
        return self.needed.get(self.name) or self.in_path[self.name]


def questions(document: Mapping[str, Any]) -> Iterator[Question]:
    """Every parameter of every route that a document declares, in its path and its query."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            declared = operation.get("parameters", [])
            examples = {one["name"]: _example(one) for one in declared if one["in"] in ("path", "query")}
            in_path = {one["name"]: examples[one["name"]] for one in declared if one["in"] == "path"}
            needed = {o["name"]: examples[o["name"]] for o in declared if o["in"] == "query" and o.get("required")}
            for one in declared:
                if one["in"] in ("path", "query"):
                    repeats = _is_list(one["schema"])
                    yield Question(method.upper(), path, one["name"], one["in"], repeats, needed, in_path)


def routes(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each GET route, with a valid request target."""
    for path, operations in document["paths"].items():
        if "get" not in operations:
            continue
        declared = operations["get"].get("parameters", [])
        target = path
        for one in declared:
            target = target.replace(f"{{{one['name']}}}", _example(one)) if one["in"] == "path" else target
        needed = [f"{o['name']}={_example(o)}" for o in declared if o["in"] == "query" and o.get("required")]
        yield path, f"{target}?{'&'.join(needed)}" if needed else target


def _is_list(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "array" or any(_is_list(one) for one in schema.get("anyOf", ()))


def _example(parameter: Mapping[str, Any]) -> str:
    for schema in (parameter, parameter["schema"], *parameter["schema"].get("anyOf", ())):
        if value := schema.get("example") or (schema.get("examples") or [None])[0] or (schema.get("enum") or [None])[0]:
            return quote(str(value), safe="/:")
        if schema.get("format") in _EXAMPLES:
            return _EXAMPLES[schema["format"]]
    return "1"


class Stranger:
    """A client that sends targets and headers unchanged, and with each request that names no other a token."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)
        self._connection: http.client.HTTPConnection | None = None

    def __enter__(self) -> "Stranger":
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection:
            self._connection.close()

    def send(self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send one request; of a stream, only the head is read."""
        connection = self._connection or http.client.HTTPConnection(str(self._at.hostname), self._at.port, timeout=60)
        self._connection = None
        own = {name.lower() for name in headers or {}}
        headers = {**({} if "authorization" in own else BEARER), **(headers or {})}
        connection.putrequest(method, target, skip_host="host" in own, skip_accept_encoding=True)
        if body and "content-length" not in own:
            connection.putheader("Content-Length", str(len(body)))
        for name, value in headers.items():
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders(body or None)
        answer = connection.getresponse()
        answered = {name.lower(): value for name, value in answer.getheaders()}
        streams = answered.get("content-type", "").startswith("text/event-stream")
        received = Answer(answer.status, answered, b"" if streams and method != "HEAD" else answer.read())
        if streams or answer.will_close or own & {"content-length", "transfer-encoding", "expect", "upgrade"}:
            connection.close()
        else:
            self._connection = connection
        return received
