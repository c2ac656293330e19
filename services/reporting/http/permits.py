"""Who may use the routes of the query API."""

from typing import Final

from kernel.http.permits import Permits, allow

_LISTS: Final = (
    *("mandates", "lines", "missions", "vacancies", "applications", "nominations", "candidates", "units", "tours"),
    "frameworks",
)
_LISTS_WITHOUT_ITEMS: Final = ("strength", "strength-returns", "returned-strength", "events")
_REPORTS: Final = (
    *("strength", "who-is-where", "headroom", "people-since", "unused-missions", "unused-mandates", "waiting"),
    *("ending-tours", "missing-documents", "lead-times", "moved-dates", "reconciliation", "mislabelled-returns"),
    *("must-come-home", "ceiling-held", "occupancy", "events-behind", "timeline", "statements"),
    *("awaiting-approval", "break-glass", "{name}"),
)
_PAGES: Final = (
    *("/questions", "/search", "/ceilings", "/since", "/unused", "/documents", "/lead-times", "/moved", "/returns"),
    *("/closing", "/strength"),
    *("/missions", "/mandates", "/lines", "/tours", "/mandates/{mandate}", "/vacancies/{vacancy}"),
    *("/applications/{application}", "/nominations/{vacancy}/{nomination}", "/people/{candidate}", "/units/{unit}"),
    *("/overview", "/missions/{mission}", "/lines/{mandate}/{line}", "/tours/{mandate}/{line}/{tour}", "/pipeline"),
    *("/ending", "/raised", "/timeline", "/events", "/events/{event}"),
)
_PAGE: Final = allow("reader", page=True, scoped=True)
QUERY: Final[Permits] = {
    **{f"GET /v1/{name}": allow("reader", scoped=True) for name in (*_LISTS, *_LISTS_WITHOUT_ITEMS)},
    **{f"GET /v1/{name}/{{item:path}}": allow("reader", scoped=True) for name in _LISTS},
    "GET /v1/reports": allow("reader", scoped=True),  # the catalogue: no row of any State
    **{f"GET /v1/reports/{name}": allow("reader", scoped=True) for name in _REPORTS},
    **{f"GET /v1/reports/{name}/compare": allow("reader", scoped=True) for name in _REPORTS if name != "{name}"},
    "GET /v1/changes": allow("reader", scoped=True, stream=True),
    "GET /v1/position": allow("reader", "operator", scoped=True),
    "GET /v1/parked": allow("operator", scoped=True),
    "GET /": _PAGE,
    **{
        f"GET {path}{suffix}": allow("reader", page=True, scoped=True)
        for path in _PAGES
        for suffix in ("", ".json", ".csv", ".xlsx")
    },
    "GET /lines/{mandate}/{line}/occupancy.svg": _PAGE,
    "GET /strength.svg": _PAGE,
    "GET /compare": _PAGE,
}
