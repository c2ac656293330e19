"""Prints the addresses of a system's parts."""

from pathlib import Path

from cli.output.tables import table
from cli.output.terminal import notices
from deploy.access import sign_in_link
from deploy.local.endpoints import Endpoints
from deploy.service_names import QUERY


def show(system: Endpoints, directory: Path) -> None:
    """Print the addresses, the most useful ones first: a link that signs in to the pages once."""
    shown = table("what", "where")
    shown.row("pages for officials", f"{system.urls[QUERY]}/")
    for name, url in sorted(system.urls.items(), key=lambda each: each[0] != QUERY):
        shown.row(f"{name}: API", f"{url}/docs")
    shown.row("SQL for analysts", "the address that `forcegen sql` prints")
    shown.row("Kafka", system.kafka_bootstrap)
    shown.row("all of them, for a script", "what `forcegen env` prints")
    shown.show()
    if link := sign_in_link(directory, system.urls[QUERY]):
        notices().print("To sign in to the pages, open this link once, within an hour:", soft_wrap=True)
        notices().print(link, soft_wrap=True)
