"""`forcegen lag`: how far each service is behind the topics that it reads."""

from collections.abc import Iterator, Mapping

from rich.text import Text

from cli.connect.endpoints import USUAL, Directory, running_system
from cli.lazy import at_first_use
from cli.output.options import JsonLines, print_json
from cli.output.tables import Only, number, table
from cli.output.terminal import results
from contracts.json_object import JsonObject

with at_first_use():
    from cli.connect import http


def lag(directory: Directory = USUAL, *, columns: Only = None, as_json: JsonLines = False) -> None:
    """Show the records that wait, by service: the broker's end offset minus what the service has stored.

    Below it, what stands still, and the last offsets that hold no record, each with its reason.

    \b
    Examples:
      forcegen lag
      watch forcegen lag
      forcegen lag --json | jq 'select(.records > 1000)'
    \b
    Exit codes: 0 every service answered; 1 one did not; 2 the command line is wrong.
    """
    consumers = list(_consumers(running_system(directory).urls))
    if as_json:
        for service, consumer, stands in consumers:
            print_json({"service": service, "consumer": consumer, **stands})
        return
    shown = table("service", "consumer", number("records", "records that wait"), number("oldest", "oldest waits (s)"))
    remarks: list[str] = []
    for service, consumer, stands in consumers:
        shown.row(service, consumer, f"{stands['records']:,}", f"{stands['behind_seconds']:,.1f}")
        remarks += [f"{consumer}: {what} stands still: {why}" for what, why in stands["standing"].items()]
        remarks += [f"{consumer}: {_passage(passage)}" for passage in stands["passed_over"]]
    shown.show(columns)
    for remark in remarks:
        results().print(Text(remark), soft_wrap=True)


def _consumers(urls: Mapping[str, str]) -> Iterator[tuple[str, str, JsonObject]]:
    for service, url in urls.items():
        for consumer, stands in _lag_of(url).items():
            yield service, consumer, stands


def _passage(passage: JsonObject) -> str:
    first, last = passage["first_offset"], passage["next_offset"] - 1
    offsets = f"offset {first:,}" if first == last else f"offsets {first:,} to {last:,}"
    return f"{passage['topic']}/{passage['part']}: {offsets} passed over: {passage['reason']}"


def _lag_of(url: str) -> JsonObject:
    try:
        consumers: JsonObject = http.get_json(f"{url}/v1/lag")
    except http.NotAtThisAddress:  # a process that reads no topic has no lag
        return {}
    return consumers
