"""`FORCEGEN_DEMO_CLOCK` is for a demo on this machine: a service that anything else could depend on does not start."""

from collections.abc import Iterator

from kernel.messaging import kafka
from kernel.runtime.settings import Settings
from kernel.store.postgres_url import address


def at_start(settings: Settings) -> None:
    """End the process with one line if the demo's clock is set away from a local system.

    Raises:
        SystemExit: a broker, the database or the address of HTTP is not on this machine; the message names it.
    """
    if settings.demo_clock and (elsewhere := next(_elsewhere(settings), None)):
        raise SystemExit(
            f"FORCEGEN_DEMO_CLOCK is set, and {elsewhere} is not on this machine: a system that others depend on"
            " records by the true clock. Unset it (docs/settings.md)."
        )


def _elsewhere(settings: Settings) -> Iterator[str]:
    for broker in kafka.bootstrap(settings):
        if not kafka.is_this_machine(kafka.host_and_port(broker)[0]):
            yield f"the broker {broker}"
    hosts = [host for host, _ in address(settings.database_url.get_secret_value()).hosts]
    for host in hosts or ["that FORCEGEN_DATABASE_URL does not name"]:
        if not (host.startswith("/") or kafka.is_this_machine(host)):
            yield f"the database host {host}"
    if not kafka.is_this_machine(settings.http_host):
        yield f"FORCEGEN_HTTP_HOST {settings.http_host}"
