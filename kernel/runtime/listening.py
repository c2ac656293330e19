"""The listening socket of a service: an IPv4 or IPv6 address, or every address of both.

`::` listens on both families with one socket (dual stack), `0.0.0.0` on IPv4 alone; a name is looked up.
"""

import socket


class CannotListen(Exception):
    """The service cannot listen; the message names the setting and the reason."""


def listener(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 stands for any free port.

    Raises:
        CannotListen: the address is not this machine's, is taken, or is not an address.
    """
    try:
        if host in ("::", ""):
            return _everywhere(port)
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = min(
            addresses, key=lambda each: each[0] != socket.AF_INET
        )  # IPv4 first, for `localhost`
        return socket.create_server(address, family=family)
    except (OSError, ValueError, OverflowError) as fault:
        why = getattr(fault, "strerror", None) or fault
        failure = f"FORCEGEN_HTTP_HOST {host!r} and FORCEGEN_HTTP_PORT {port} cannot be listened on ({why})"
        raise CannotListen(f"{failure}: give an address of this machine, and a port that is free") from fault


def _everywhere(port: int) -> socket.socket:
    """Listen on both families, if the machine has both."""
    if not socket.has_dualstack_ipv6():
        return socket.create_server(("0.0.0.0", port))  # noqa: S104  (as requested)
    return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)


def url(listening: socket.socket) -> str:
    """The URL of the socket; an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
