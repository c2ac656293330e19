"""A service listens where its settings say: IPv4, IPv6, both; and logs the address in a form that can be opened."""

import socket

import pytest

from kernel.runtime.listening import CannotListen, listener, url
from kernel.runtime.settings import Settings


def reached(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 2).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("host", "of_ipv4", "of_ipv6", "address"),
    [
        ("127.0.0.1", True, False, "http://127.0.0.1:"),
        ("localhost", True, False, "http://127.0.0.1:"),
        ("0.0.0.0", True, False, "http://0.0.0.0:"),  # noqa: S104  (that is what is tested)
        ("::1", False, True, "http://[::1]:"),
        ("[::1]", False, True, "http://[::1]:"),
        ("::", True, True, "http://[::]:"),
        ("[::]", True, True, "http://[::]:"),
        ("", True, True, "http://[::]:"),
    ],
)
def test_it_is_reached_where_it_listens_and_nowhere_else(host: str, of_ipv4: bool, of_ipv6: bool, address: str) -> None:
    with listener(Settings(http_host=host).http_host, 0) as listening:
        port = listening.getsockname()[1]
        assert (reached("127.0.0.1", port), reached("::1", port)) == (of_ipv4, of_ipv6)
        assert url(listening) == f"{address}{port}"


def test_a_machine_without_ipv6_listens_on_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    with listener("::", 0) as listening:
        assert reached("127.0.0.1", listening.getsockname()[1])


@pytest.mark.parametrize("host", ["203.0.113.7", "2001:db8::7", "no such host", "a" * 300, "\x00"])
def test_what_cannot_be_listened_on_is_reported_with_the_setting(host: str) -> None:
    with pytest.raises(CannotListen, match="FORCEGEN_HTTP_HOST"):
        listener(host, 0)


def test_a_port_that_is_taken_is_reported_with_the_setting() -> None:
    with listener("::", 0) as taken, pytest.raises(CannotListen, match="FORCEGEN_HTTP_PORT"):
        listener("::", taken.getsockname()[1])
