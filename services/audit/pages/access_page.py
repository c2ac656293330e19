"""The page Access, for operators: who may what, by which token, provider or key, and when each was used last."""

from fastapi import APIRouter, Depends, Request, Response

from kernel.http import access_routes
from kernel.http.languages import chosen_language
from services.audit.pages import log_pages


def routes() -> APIRouter:
    """`/access`: the same as `/v1/access` has."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(chosen_language)])

    @router.get("/access")
    async def access(request: Request) -> Response:
        shown = await access_routes.shown(request)
        return log_pages.page(
            request, "access.html", title="Access", at="access", twins=[("/v1/access", "who may what")], **shown
        )

    return router
