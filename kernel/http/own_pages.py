"""What keeps pages to their own site: forms that only they can send, and addresses that lead to them alone."""

from typing import Final
from urllib.parse import parse_qs, urlsplit

from fastapi import Request

from kernel.http.problem_details import Problem
from kernel.http.problem_types import FORBIDDEN, TOO_LARGE
from kernel.http.proxied import root_of

BODY_BYTES_MAX: Final = 20_000
ADDRESS_LENGTH_MAX: Final = 1_000


def check_own_page(request: Request) -> None:
    """Raises `Problem` unless a page of this service sent the form (CSRF): browsers say where a form stands.

    A request of no browser has neither header and no cookie that it was tricked into sending; it has a token.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = urlsplit(origin).netloc == request.headers.get("host") if origin else False
    if not (site == "same-origin" if site else own):
        remedy = "Open /sign-in of this service and send its form."
        raise Problem(FORBIDDEN, "The form stands on a page of another site.", field="Origin", remedy=remedy)


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form, each once."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES_MAX:
            raise Problem(TOO_LARGE, "The form is too large.", field="body", remedy="Send a token.")
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace"), max_num_fields=10).items()}


def own_path(request: Request, following: str) -> str:
    """Where to go on: an address of this service, whatever a link says; the first page otherwise."""
    return root_of(request) + (following if _is_own(following) else "/")


def _is_own(following: str) -> bool:
    return (
        following.startswith("/")
        and not following.startswith("//")
        and "\\" not in following
        and following.isprintable()
        and len(following) <= ADDRESS_LENGTH_MAX
    )


def is_over_tls(request: Request) -> bool:
    """Whether the browser reached the page over TLS: as the server, a named proxy, or the browser says.

    Who lies about it makes a cookie of its own stricter.
    """
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
