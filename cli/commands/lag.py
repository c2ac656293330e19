"""`forcegen lag`: how far each service is behind the topics that it reads."""

from cli.connect import http
from cli.connect.endpoints import USUAL, Directory, running_system
from cli.output.terminal import number, results, row, table
from contracts.json_object import JsonObject


def lag(directory: Directory = USUAL) -> None:
    """Show the records that wait, by service: the broker's end offset minus what the service has stored.

    Below it, what stands still, and the last offsets that hold no record, each with its reason.

    \b
    Examples:
      forcegen lag
      watch forcegen lag
    \b
    Exit codes: 0 every service answered; 1 one did not.
    """
    shown = table("service", "consumer", number("records that wait"), number("oldest waits (s)"))
    remarks: list[str] = []
    for service, url in running_system(directory).urls.items():
        for consumer, stands in _lag_of(url).items():
            row(shown, (service, consumer, f"{stands['records']:,}", f"{stands['behind_seconds']:,.1f}"))
            remarks += [f"{consumer}: {what} stands still: {why}" for what, why in stands["standing"].items()]
            remarks += [f"{consumer}: {_passage(passage)}" for passage in stands["passed_over"]]
    results().print(shown)
    for remark in remarks:
        results().print(remark, highlight=False, markup=False, soft_wrap=True)


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
