"""A small identity provider that speaks HTTP: it publishes its keys, and issues access tokens as RFC 9068 has them.

Whatever a test needs to be wrong about it can be made so: its keys, its answers, the claims and headers of its tokens.
"""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwk, jws
from joserfc.jwk import ECKey, Key

AUDIENCE = "https://forcegen.example"
Answering = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class IdentityProvider:
    """A provider that runs, its keys by id, and what it was asked for."""

    url: str
    keys: dict[str, Key] = field(default_factory=dict)
    published: list[Mapping[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    posted: str = ""
    """The body of the last POST."""
    answering: Answering | None = None
    """Answers in place of the provider; None: as it should be."""

    def make_key(self, kid: str, kind: str = "EC", size: Any = "P-256") -> Key:
        """A new key, which is published."""
        made = jwk.generate_key(kind, size, {"kid": kid})  # type: ignore[call-overload]
        key: Key = made
        self.keys[kid] = key
        self.published.append({**key.as_dict(private=False), "use": "sig"})
        return key

    def claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of a valid token; those that are None are left out."""
        now = int(time.time())
        usual = {
            **{"iss": self.url, "sub": "b.user", "aud": AUDIENCE, "client_id": "pages", "jti": "token-1"},
            **{"iat": now, "exp": now + 600, "roles": ["forcegen-readers"], "contributors": ["KAZ"]},
        }
        return {name: value for name, value in {**usual, **changed}.items() if value is not None}

    def token(
        self, kid: str = "k1", *, key: Any = None, algorithm: str = "ES256", header: Any = None, **claims: Any
    ) -> str:
        """A token that this provider signs; `header` changes its header, and None there leaves a member out."""
        return self.signed(json.dumps(self.claims(**claims)), kid, key=key, algorithm=algorithm, header=header)

    def signed(
        self, payload: str, kid: str = "k1", *, key: Any = None, algorithm: str = "ES256", header: Any = None
    ) -> str:
        """The same with these bytes as claims."""
        usual = {"typ": "at+jwt", "alg": algorithm, "kid": kid, **(header or {})}
        protected = {name: value for name, value in usual.items() if value is not None}
        registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
        return jws.serialize_compact(protected, payload, key or self.keys[kid], registry=registry)

    def by_hand(self, header: Mapping[str, Any]) -> str:
        """A valid token but for this header, which no library would write; signed as ES256."""
        parts = [json.dumps(one).encode() for one in (header, self.claims())]
        signed = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        key = self.keys["k1"]
        assert isinstance(key, ECKey)
        assert key.private_key is not None
        numbers = decode_dss_signature(key.private_key.sign(signed, ECDSA(SHA256())))
        signature = b"".join(number.to_bytes(32, "big") for number in numbers)
        return b".".join([signed, urlsafe_b64encode(signature).rstrip(b"=")]).decode()

    def configuration(self, **changed: Any) -> str:
        """The table of a providers' file that trusts it."""
        usual = {"issuer": self.url, "audience": AUDIENCE, "jwks_url": f"{self.url}/keys", **changed}
        lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in usual.items())
        roles = '[provider.roles]\nforcegen-readers = "reader"\nforcegen-auditors = "auditor"\n'
        return f"[[provider]]\n{lines}{roles}"


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """A provider at an address of this machine, with one key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.requests.append(self.path)
            self._answer()

        def do_POST(self) -> None:
            provider.requests.append(self.path)
            provider.posted = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._answer()

        def _answer(self) -> None:
            if provider.answering is not None:
                provider.answering(self)
            elif self.path == "/keys":
                answer(self, json.dumps({"keys": provider.published}).encode())
            else:
                self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = IdentityProvider(f"http://127.0.0.1:{server.server_port}")
    provider.make_key("k1")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(
    handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> None:
    """Answer with these bytes."""
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
