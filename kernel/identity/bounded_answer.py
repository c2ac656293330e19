"""What another server answers over HTTP, within bounds: whole, as it stands, and never from another address.

A server that this system needs may be down, or be made to hang, to redirect, or to answer without an end.
"""

import httpx

BYTES_MAX = 65_536


async def read(client: httpx.AsyncClient, request: httpx.Request) -> bytes:
    """The body of a JSON answer with the status 200; the caller bounds the time.

    Raises:
        ValueError: the answer has another status, is compressed, or is larger than 64 KiB.
        httpx.HTTPError: there is no answer.
    """
    request.headers["Accept-Encoding"] = "identity"
    answer = await client.send(request, stream=True, follow_redirects=False)
    try:
        if answer.status_code != httpx.codes.OK or answer.headers.get("content-encoding", "identity") != "identity":
            raise ValueError(f"the answer has the status {answer.status_code}, or is compressed")
        content = b""
        async for part in answer.aiter_raw():
            content += part
            if len(content) > BYTES_MAX:
                raise ValueError("the answer is too large")
        return content
    finally:
        await answer.aclose()
