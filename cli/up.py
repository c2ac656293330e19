"""`forcegen up`: Kafka, Postgres and every room on this machine."""

from cli.addresses import USUAL, Directory
from cli.terminal import results, row, table, telling
from deploy.local import rooms


def up(directory: Directory = USUAL) -> None:
    """Start Kafka, Postgres and every room on this machine; what runs already stays.

    The first time, Kafka's jars are fetched once. Needs no container engine, no Java, no root.

    \b
    Examples:
      forcegen up
      forcegen up --directory /srv/forcegen
    \b
    Exit codes: 0 everything is ready; 1 it could not be started (nothing that was begun is left).
    """
    with telling("starting") as tell:
        house = rooms.up(directory, progress=tell)
    found = table("what", "where")
    row(found, ("Kafka", house.kafka_bootstrap))
    for name, url in house.urls.items():
        row(found, (name, url))
    results().print(found)
