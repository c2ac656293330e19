"""HTTP requests to a service. A problem is shown as the service describes it: the detail and the remedy."""

from collections.abc import Iterator, Sequence

import httpx

from cli.connect.tokens import token_for
from cli.output.errors import CommandError
from contracts.json_object import JsonObject

TIMEOUT_S = 30.0


class NotAtThisAddress(CommandError):
    """The service answers, but has nothing at that address (404)."""


def client() -> httpx.Client:
    """A client that connects directly: a proxy set in the environment is for other hosts."""
    return httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)


def bearer(url: str, token: str | None = None) -> dict[str, str]:
    """The header that shows a token, by default the one that is known for the address; empty if none is."""
    token = token or token_for(url)
    return {"Authorization": f"Bearer {token}"} if token else {}


def get(url: str, parameters: Sequence[tuple[str, str]] = (), token: str | None = None) -> httpx.Response:
    """The answer to a GET; raises CommandError."""
    return _sent("GET", url, parameters, token)


def post_json(url: str, parameters: Sequence[tuple[str, str]], token: str | None = None) -> JsonObject:
    """The JSON object that answers a POST without a body; raises CommandError."""
    content: JsonObject = _sent("POST", url, parameters, token).json()
    return content


def _sent(method: str, url: str, parameters: Sequence[tuple[str, str]], token: str | None) -> httpx.Response:
    try:
        with client() as one:
            answer = one.request(method, url, params=list(parameters) or None, headers=bearer(url, token))
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        cause = str(fault) or type(fault).__name__
        raise CommandError(f"{url} does not answer ({cause}): see `forcegen status`.") from fault
    if answer.is_success:
        return answer
    kind = NotAtThisAddress if answer.status_code == httpx.codes.NOT_FOUND else CommandError
    raise kind(f"{url} answered {answer.status_code}: {_problem(answer)}")


def get_json(url: str, parameters: Sequence[tuple[str, str]] = (), token: str | None = None) -> JsonObject:
    """The JSON object that answers a GET."""
    answer = get(url, parameters, token)
    try:
        content: JsonObject = answer.json()
    except ValueError as fault:
        raise CommandError(f"{url} answered something that is no JSON: is it a service of Forcegen?") from fault
    return content


def get_items(url: str, *, limit: int) -> Iterator[JsonObject]:
    """All items of a list, fetched in pages of `limit` rows."""
    cursor: str | None = None
    while True:
        answer = get_json(url, [("limit", str(limit)), *([("cursor", cursor)] if cursor else [])])
        yield from answer["items"]
        cursor = answer["next"]
        if cursor is None:
            return


def with_parameters(url: str, parameters: Sequence[tuple[str, str]]) -> str:
    """The address with its query."""
    return str(httpx.URL(url, params=list(parameters))) if parameters else url


def _problem(answer: httpx.Response) -> str:
    """RFC 9457 problem details as one line; any other body, truncated."""
    try:
        problem = answer.json()
        parts = [problem.get("detail") or problem.get("title"), problem.get("remedy")]
        line = " ".join(str(part) for part in parts if part)
    except (ValueError, AttributeError):
        line = answer.text.strip().partition("\n")[0][:200]
    return line or "no reason given."
