"""`/docs` of every service: its OpenAPI document as a page for people, drawn by Swagger UI from files that we ship.

No request leaves the host, and the page has the policy of all others: no script or style stands in its text. The
package `fastapi-swagger` brings Swagger UI's own two files; nothing of its Python code runs.
"""

from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from kernel.http.caching import RevalidatedFiles
from kernel.http.proxied import root_of
from kernel.http.sign_in_pages import HEADERS

PAGE: Final = "/docs"
ASSETS: Final = "/docs/assets"
_CONNECTS: Final = "; connect-src 'self'"
"""The page reads `/openapi.json`, and sends what its reader tries out, to its own service alone."""
_FOLDERS: Final[list[str | tuple[str, str]]] = [("kernel", "static/api"), ("fastapi_swagger", "resources")]


def add(app: FastAPI) -> None:
    """Serve the page and its files."""
    policy = {"Content-Security-Policy": HEADERS["Content-Security-Policy"] + _CONNECTS}
    router = APIRouter(include_in_schema=False)

    @router.get(PAGE)
    async def api_page(request: Request) -> Response:
        text = _TEMPLATES.get_template("api.html").render(title=app.title, root=root_of(request), assets=ASSETS)
        return Response(text, headers={**HEADERS, **policy}, media_type="text/html")

    app.include_router(router)
    app.mount(ASSETS, RevalidatedFiles(packages=_FOLDERS))


_TEMPLATES: Final = Environment(
    loader=PackageLoader("kernel.http"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True
)
