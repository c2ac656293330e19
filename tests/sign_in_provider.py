"""An identity provider of the tests' own that signs people in: it speaks OpenID Connect's authorization code flow.

It is as strict as a provider is to be: redirect URLs to the letter, PKCE by S256, codes for one use, clients by their
secrets. And it can be made to lie, in its metadata, in the answer that it leads a browser back with, and in its tokens.
"""

import base64
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from tests.identity_provider import IdentityProvider, answer, identity_provider

CLIENT = "forcegen-pages"
SECRET = "s3cret: with % and +"  # noqa: S105
Endpoint = Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass
class Grant:
    """A code that was issued, and what it is bound to."""

    redirect_uri: str
    challenge: str
    nonce: str


@dataclass
class SignInProvider:
    """A provider that runs. Everybody who comes to it is signed in as `subject` at once."""

    keys: IdentityProvider
    redirect_urls: list[str]
    secret: str | None = None
    subject: str = "b.user"
    grants: dict[str, Grant] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    """Members of its metadata that differ."""
    led_back: dict[str, str | None] = field(default_factory=dict)
    """Parameters of the answers that differ; None leaves one out."""
    claims: dict[str, Any] = field(default_factory=dict)
    """Claims of its ID tokens that differ; None leaves one out."""
    id_token: Callable[[Mapping[str, Any]], object] | None = None
    """Makes the ID token of these claims; None: as it should be."""
    token_endpoint: Endpoint = answer
    """Answers at the token endpoint, given what it should say."""
    metadata_endpoint: Endpoint = answer
    """The same for its metadata."""
    withheld: bytes = b""
    """What an endpoint should have said; it is to be had at `/elsewhere`."""
    takes_codes_again: bool = False

    @property
    def url(self) -> str:
        return self.keys.url

    def configuration(self, **changed: Any) -> str:
        """The tables of a providers' file that trust it, for tokens and for signing in."""
        usual = {"client_id": CLIENT, "redirect_urls": self.redirect_urls, "name": "the ministry", **changed}
        lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in usual.items() if value is not None)
        return f"{self.keys.configuration(every_contributor='*')}[provider.sign_in]\n{lines}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path, _, query = handler.path.partition("?")
        if path == "/keys":
            answer(handler, json.dumps({"keys": self.keys.published}).encode())
        elif path == "/.well-known/openid-configuration":
            self.withheld = self._metadata()
            self.metadata_endpoint(handler, self.withheld)
        elif path == "/authorize":
            self._authorize(handler, {name: values[0] for name, values in parse_qs(query).items()})
        elif path == "/token":
            body, status = self._token(handler)
            if status == 200:
                self.withheld = body
                self.token_endpoint(handler, body)
            else:
                answer(handler, body, status)
        elif path == "/elsewhere":
            answer(handler, self.withheld)
        else:
            handler.send_error(404)

    def _metadata(self) -> bytes:
        usual = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        published = {name: value for name, value in {**usual, **self.metadata}.items() if value is not None}
        return json.dumps(published).encode()

    def _authorize(self, handler: BaseHTTPRequestHandler, sent: Mapping[str, str]) -> None:
        """RFC 6749, section 4.1.1: to a redirect URL that is not registered nobody is led."""
        expected = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256"}
        wrong = [name for name, value in expected.items() if sent.get(name) != value]
        missing = [name for name in ("state", "nonce", "code_challenge") if not sent.get(name)]
        if wrong or missing or sent["redirect_uri"] not in self.redirect_urls or "openid" not in sent["scope"].split():
            handler.send_error(400)
            return
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(sent["redirect_uri"], sent["code_challenge"], sent["nonce"])
        usual: dict[str, str | None] = {"code": code, "state": sent["state"], "iss": self.url, **self.led_back}
        back = urlencode({name: value for name, value in usual.items() if value is not None})
        answer(handler, b"", 302, {"Location": f"{sent['redirect_uri']}?{back}"})

    def _token(self, handler: BaseHTTPRequestHandler) -> tuple[bytes, int]:
        """What the token endpoint should say (RFC 6749, section 4.1.4), and the status."""
        sent = {name: values[0] for name, values in parse_qs(self.keys.posted).items()}
        grant = self.grants.get(sent.get("code", ""))
        verifier = base64.urlsafe_b64encode(sha256(sent.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        if not self._is_client(handler, sent):
            return b'{"error": "invalid_client"}', 401
        if grant is None or (grant.redirect_uri, grant.challenge) != (sent.get("redirect_uri"), verifier.decode()):
            return b'{"error": "invalid_grant"}', 400
        if not self.takes_codes_again:
            del self.grants[sent["code"]]
        usual = {"aud": CLIENT, "sub": self.subject, "nonce": grant.nonce, "client_id": None, "jti": None}
        claims = self.keys.claims(**{**usual, **self.claims})
        token = self.id_token(claims) if self.id_token else self.issued(claims)
        body = {"access_token": "opaque", "token_type": "Bearer", "id_token": token}
        return json.dumps({name: one for name, one in body.items() if one is not None}).encode(), 200

    def _is_client(self, handler: BaseHTTPRequestHandler, sent: Mapping[str, str]) -> bool:
        scheme, _, value = handler.headers.get("Authorization", "").partition(" ")
        shown = sent.get("client_secret")
        if scheme == "Basic":
            name, _, password = base64.b64decode(value).decode().partition(":")
            return (unquote_plus(name), unquote_plus(password), shown) == (CLIENT, self.secret, None)
        return sent.get("client_id") == CLIENT and shown == self.secret

    def issued(self, claims: Mapping[str, Any], **changed: Any) -> str:
        """An ID token with these claims; `changed` goes to the signing."""
        return self.keys.signed(json.dumps(claims), **{"header": {"typ": "JWT"}, **changed})


@contextmanager
def sign_in_provider(*redirect_urls: str, secret: str | None = None) -> Iterator[SignInProvider]:
    """A provider at an address of this machine, with one client, whose redirect URLs these are."""
    with identity_provider() as keys:
        provider = SignInProvider(keys, [*redirect_urls], secret)
        keys.answering = provider.answer
        yield provider


def path_of(url: str) -> str:
    """Path and query of an address: what a browser asks of the service that it is led back to."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
