"""Prints the addresses of a system's parts."""

from cli.output.terminal import results, row, table
from deploy.local.endpoints import Endpoints
from deploy.service_names import QUERY


def show(system: Endpoints) -> None:
    """Print the addresses, the most useful ones first."""
    shown = table("what", "where")
    row(shown, ("pages for officials", f"{system.urls[QUERY]}/"))
    for name, url in sorted(system.urls.items(), key=lambda each: each[0] != QUERY):
        row(shown, (f"{name}: API", f"{url}/docs"))
    row(shown, ("SQL for analysts", "the address that `forcegen sql` prints"))
    row(shown, ("Kafka", system.kafka_bootstrap))
    results().print(shown)
