"""The pages of signing in, in the reader's language: the form, the way to a provider and back, and what went wrong."""

from collections.abc import Mapping
from functools import cache
from typing import Final
from urllib.parse import urlencode

from babel.support import NullTranslations
from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from kernel.http.authentication import Authenticator
from kernel.http.caching import NOT_AT_ALL
from kernel.http.languages import LANGUAGES, language_of
from kernel.http.principals import principal
from kernel.http.proxied import root_of
from kernel.http.translations import translations

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": NOT_AT_ALL,
    "Vary": "Accept-Language",
}
NOT_FOR_EVERYBODY: Final = "Sign in to see this page."
NOT_PERMITTED: Final = "You have no role that may see this page. An operator of this system gives roles."
NOT_THE_STATES: Final = "This page shows every State, and you may see some of them."
UNKNOWN_TOKEN: Final = "This token or link is unknown, was used, or has expired."  # noqa: S105  (a text)
NOT_BEGUN: Final = (
    "This sign-in was not begun in this browser, took longer than ten minutes, or has been used. Begin it again."
)
NOT_SIGNED_IN: Final = "The identity provider has not signed you in. Begin again, or sign in another way."
UNREACHABLE: Final = (
    "The identity provider does not answer as it should. Try again in a moment; if it goes on, tell who runs this"
    " system."
)
NOT_PROVEN: Final = (
    "The answer of the identity provider does not prove who you are, so nobody is signed in. Begin again; if it happens"
    " again, tell who runs this system: the log of this service has the reason."
)
NO_ROLE: Final = (
    "The identity provider knows you, but you have no role in this system. Ask an operator of this system for one."
)
NO_ADDRESS: Final = (
    "The identity provider does not lead back to this address. Open these pages at the address that you were given, or"
    " let an operator add this one (redirect_urls)."
)
ONWARD: Final = "On to the identity provider"
SIGNED_IN: Final = "You are signed in"
TEXTS: Final = (
    *(NOT_FOR_EVERYBODY, NOT_PERMITTED, NOT_THE_STATES, UNKNOWN_TOKEN, NOT_BEGUN, NOT_SIGNED_IN, UNREACHABLE),
    *(NOT_PROVEN, NO_ROLE, NO_ADDRESS, ONWARD, SIGNED_IN),
)
"""What the pages say beside their templates: keys of the translations, as the texts there are."""


def form(request: Request, problem: str = "", following: str = "/", status: int = 200, lang: str = "") -> Response:
    """The form, and buttons for the providers; `problem` is one of `TEXTS`."""
    caller, language = principal(request), language_of(request, lang)
    authenticator: Authenticator = request.app.state.authenticator
    values = {
        "name": "" if caller.kind == "unauthenticated" else caller.id,
        "next": following,
        "providers": authenticator.code_flow.offered() if authenticator.code_flow else (),
        "has_tokens": authenticator.tokens is not None,
        "languages": [
            (code, name, f"{root_of(request)}/sign-in?{urlencode({'lang': code, 'next': following})}")
            for code, name in LANGUAGES.items()
        ],
    }
    return _page(request, "sign-in.html", language, status, problem=problem, **values)


def onward(request: Request, title: str, url: str, language: str) -> Response:
    """A page that leads on by itself.

    No redirect: browsers hold the target of a form's redirects to `form-action` of the page that it stands on, and a
    request that another site began is sent no `SameSite=Strict` cookie, through all of its redirects.
    """
    return _page(request, "onward.html", language, 200, title=title, url=url)


def _page(request: Request, template: str, language: str, status: int, **values: object) -> Response:
    text = _TEMPLATES.get_template(template).render(
        root=root_of(request), language=language, _=_words(language).gettext, **values
    )
    headers: Mapping[str, str] = {**HEADERS, "Content-Language": language}
    return Response(text.encode("utf-8", "backslashreplace"), status, headers, media_type="text/html")


@cache
def _words(language: str) -> NullTranslations:
    return translations("kernel.http", language)


_TEMPLATES: Final = Environment(
    loader=PackageLoader("kernel.http"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True
)
