"""What a request shows of who sends it: within bounds, or nothing."""

import base64

from kernel.http.authentication import CREDENTIALS_BYTES_MAX, shown


def test_credentials_that_are_too_long_are_not_looked_at() -> None:
    """Their hash alone costs what a request costs; no token and no session is as long."""
    for header in ("Bearer %s", "Basic %s"):
        for length, is_read in ((1_000, True), (CREDENTIALS_BYTES_MAX + 1, False)):
            secret = base64.b64encode(b"x:" + b"y" * length).decode()
            headers = [(b"authorization", (header % secret).encode())]
            read = shown({"method": "GET", "headers": headers}, "session", is_page=True)
            assert (read is not None) == is_read
    for length, is_read in ((1_000, True), (CREDENTIALS_BYTES_MAX, False)):
        headers = [(b"cookie", b"session=" + b"y" * length)]
        assert (shown({"method": "GET", "headers": headers}, "session", is_page=True) is not None) == is_read
