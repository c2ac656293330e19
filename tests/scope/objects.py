"""The table of objects: what scopes what, for every table, view and function of the schemas that readers reach."""

from typing import Final

OPEN: Final = {
    "missions": "what the UN does",
    "missions_history": "what the UN does",
    "mission_statuses": "what the UN does",
    "mission_statuses_history": "what the UN does",
}
"""Tables whose rows belong to no State, and why scoped roles may read all of them."""
CLOSED: Final = {
    "applied_migrations": "of the schema",
    "change_head": "of the change stream, which the query API filters",
    "changes": "of the change stream, which the query API filters",
    "dead_letters": "bytes of unknown owners",
    "log_heads": "of the process",
    "migrating": "of the process",
    "passed_over": "of the process",
    "projection_version": "of the schema",
    "relay_holder": "of the process",
    "relayed": "of the process",
}
"""Tables that no scoped role may read, and what they are of."""
POSITIONS: Final = {"consumed": "positions of topics are of the whole system, and a receipt names them"}
"""Tables without rows of a State that only the query API may read for a scoped caller."""
NOT_FOR_SQL: Final = frozenset({"parked", "stream_versions"})
"""Tables with policies that only the query API may read for a scoped caller."""
SCOPED_VIEWS: Final = frozenset(
    {
        *(
            "mandates",
            "mandate_lines",
            "line_terms",
            "sub_ceilings",
            "waivers",
            "legal_requirements",
            "legal_documents",
        ),
        *("applications", "vacancies", "nominations", "candidates", "units", "tours", "stays", "consents"),
        *("tour_date_changes", "strength_returns", "official_statements"),
    }
)
"""Views of the register, each with its history, whose rows belong to States."""
SCOPED: Final = frozenset(
    {*SCOPED_VIEWS, *(f"{view}_history" for view in SCOPED_VIEWS), "events", "line_occupancy", *NOT_FOR_SQL}
)
"""Tables whose rows belong to States: row security is forced, and has the four policies."""
WRITING: Final = frozenset({"renew_occupancy", "set_policies", "set_rights"})
"""Functions that write, which a reader has no right to."""
