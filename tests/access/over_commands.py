"""Every type of command, sent by every kind of producer by every door: what a service made of each."""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from contracts.envelope import Envelope
from contracts.examples import EXAMPLES
from contracts.registry import COMMANDS, type_name
from contracts.words import Command
from deploy.local.kafka_logins import KafkaLogin
from operations.kafka_access import table as acls
from tests.access.conftest import Whole
from tests.access.pairs import REFUSED, WORKS, Attempt, Door
from tests.access.producers import HTTP, OTHER_STATE, PARLIAMENTS, PRODUCERS, SENDERS, SHARED, STATE
from tests.access.requests import Requests, Sample
from tests.foreign import Client
from tests.kernel.registered import binary, structured
from tests.servers import PASSWORD, logged_in
from tests.system import BEARER

DECIDING: Final = ("approvals", "vacancies", "deployments")
PATIENCE_S: Final = 120
NAMED: Final = ("mandate", "application", "person", "unit", "statement")
HEADERS: Final = {**BEARER, "Content-Type": "application/cloudevents+json"}


def door() -> Door:
    """Each type, about a State and about another one where the command says which."""
    there = [name for type_ in COMMANDS for name in _about(type_.removeprefix("forcegen."), COMMANDS[type_])]
    rights = {
        object_: {
            who: [how for how in _doors(object_) if one.may(*_parts(object_), how)] for who, one in SENDERS.items()
        }
        for object_ in there
    }
    return Door(rights, there, list(SENDERS), {object_: _doors(object_) for object_ in there})


def _about(name: str, word: type[Command]) -> Iterator[str]:
    if "contributor" in word.model_fields:
        yield from (f"{name} about {state}" for state in (STATE, OTHER_STATE))
    else:
        yield name


def _parts(object_: str) -> tuple[str, str | None]:
    name, _, state = object_.partition(" about ")
    return name, state or None


def _doors(object_: str) -> tuple[str, ...]:
    """Parliament has a topic for one service."""
    return (HTTP, SHARED, PARLIAMENTS) if object_.startswith("approvals.") else (HTTP, SHARED)


def _command(attempt: Attempt) -> Envelope:
    object_, who, how = attempt
    name, state = _parts(object_)
    word = COMMANDS[f"forcegen.{name}"]
    data = next(one for one in EXAMPLES if type(one) is word)
    assert isinstance(data, Command)
    data = data if state is None else data.model_copy(update=_of_state(data, state))
    return Envelope(
        id=f"{object_}, {who}, {how}",
        source=SENDERS[who].source,
        type=type_name(word),
        subject=data.stream,
        time=datetime(2014, 7, 1, tzinfo=UTC),
        dataschema=None,
        datacontenttype="application/json",
        data=data.model_dump_json().encode(),
    )


def _of_state(data: Command, state: str) -> dict[str, str]:
    """The State, and names that no other State has taken."""
    named = {name: text for name in NAMED if isinstance(text := getattr(data, name, None), str)}
    return {"contributor": state, **{name: f"{text}-{state.lower()}" for name, text in named.items()}}


def answers(whole: Whole, door: Door) -> dict[Attempt, str]:
    """What became of each attempt."""
    attempts = list(door.attempts())
    by_id = {_command(one).id: one for one in attempts if one[2] != HTTP}
    _send(whole, by_id.values())
    directly = [one for one in attempts if one[2] == HTTP]
    with Requests() as http:
        answered = dict(zip(directly, http.together(lambda one: _over_http(whole, http, one), directly), strict=True))
    return answered | {by_id[id_]: answer for id_, answer in _over_kafka(whole, set(by_id)).items()}


def _over_http(whole: Whole, http: Requests, attempt: Attempt) -> str:
    content = structured(_command(attempt), SENDERS[attempt[1]].key)[1].decode()
    port = whole.system.ports[attempt[0].partition(".")[0]]
    answer = http.send(port, "POST", Sample("/v1/commands", content=content), HEADERS)
    outcome = json.loads(answer.text)
    if answer.status == 403:
        return REFUSED if outcome["type"] == "urn:forcegen:problem:not-the-sender" else answer.text
    return _of_outcome(outcome)


def _of_outcome(outcome: dict[str, Any]) -> str:
    """A producer that is believed, and may send the type, is answered by the rules of the field."""
    if outcome["status"] in ("invalid", "conflict"):
        return json.dumps(outcome)
    return REFUSED if outcome["rule"] == "permit" else WORKS


def _send(whole: Whole, attempts: Iterable[Attempt]) -> None:
    """As the producer's user, where the brokers let it write; else as somebody whom they let."""
    bootstrap = whole.admin.kafka_bootstrap
    written = {(acl.principal, acl.name) for acl in acls(PRODUCERS) if acl.operation == "write"}
    clients: dict[str | None, Client] = {None: Client(bootstrap)}
    for attempt in attempts:
        service, sender = attempt[0].partition(".")[0], SENDERS[attempt[1]]
        topic = f"{service}.commands" + (".parliament" if attempt[2] == PARLIAMENTS else "")
        user = sender.user if (sender.user, topic) in written else None
        if user is not None and user not in clients:
            with logged_in(KafkaLogin(user, PASSWORD).as_environment()):
                clients[user] = Client(bootstrap)
        key, value, headers = binary(_command(attempt), sender.key)
        clients[user].raw(topic, value, key, headers)
    for client in clients.values():
        client.flush()


def _over_kafka(whole: Whole, wanted: set[str]) -> dict[str, str]:
    """By the id of each command: its outcome, or why it has none."""
    client, deadline = Client(whole.admin.kafka_bootstrap), time.monotonic() + PATIENCE_S
    while True:
        became: dict[str, str] = {}
        for record in client.records(*(f"{service}.dead-letters" for service in DECIDING)):
            letter = {name: (raw or b"").decode() for name, raw in record.headers()}
            is_identity = letter["dead-letter-reason"].startswith("identity: ")
            became[letter.get("ce_id", "")] = REFUSED if is_identity else letter["dead-letter-reason"]
        for record in client.records(*(f"{service}.outcomes" for service in DECIDING)):
            outcome = json.loads(record.value())
            id_ = outcome["command_id"]
            became[id_] = _of_outcome(outcome) if id_ not in became else "answered, and a dead letter"
        if became.keys() >= wanted or time.monotonic() > deadline:
            return {id_: became[id_] for id_ in wanted if id_ in became}
        time.sleep(0.2)
