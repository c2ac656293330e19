"""Who acted, as it is put on record: in the attributes of an event, and beside a command that waits.

What stands in an event was verified when its command came; nobody verifies it again, so a later loss of a key changes
no history.
"""

from collections.abc import Collection
from typing import Final, cast, get_args

import orjson

from contracts.envelope import ActedBy
from kernel.identity.principal import ROLES, UNAUTHENTICATED, Principal, PrincipalKind, system

_KINDS: Final[frozenset[str]] = frozenset(get_args(PrincipalKind))


def acted_by(principal: Principal) -> ActedBy:
    """The principal as attributes of an event."""
    return ActedBy(*auth_values(principal))


def auth_values(principal: Principal) -> tuple[str, str | None, str | None, str | None, str | None, str | None]:
    """The same as values of the attributes `AUTH`, in their order."""
    return (
        principal.kind,
        None if principal.kind == "unauthenticated" else principal.id,
        principal.key,
        principal.proof.hex() if principal.proof is not None else None,
        principal.register,
        principal.on_behalf_of,
    )


def reacting(service: str, cause: ActedBy | None) -> Principal:
    """The service that reacts to an event, on behalf of whoever acted first; None for events of an earlier version."""
    first = None if cause is None else cause.on_behalf_of if cause.type == "system" else cause.id
    return system(service, first)


def to_json(principal: Principal) -> str:
    """The principal as it is stored beside a command that waits."""
    fields = {
        "kind": principal.kind,
        "id": principal.id,
        "roles": sorted(principal.roles),
        "contributors": None if principal.contributors is None else sorted(principal.contributors),
        "key": principal.key,
        "proof": principal.proof.hex() if principal.proof is not None else None,
        "register": principal.register,
        "on_behalf_of": principal.on_behalf_of,
        "commands": None if principal.commands is None else sorted(principal.commands),
    }
    return orjson.dumps(fields).decode()


def from_json(text: str | bytes | None) -> Principal:
    """The principal that was stored; without one (of an earlier version) nobody.

    Raises:
        ValueError: it was not written by `to_json`.
    """
    if text is None:
        return UNAUTHENTICATED
    fields = orjson.loads(text)
    if fields["kind"] not in _KINDS:
        raise ValueError(f"{fields['kind']} is no kind of principal")
    return Principal(
        cast(PrincipalKind, fields["kind"]),
        fields["id"],
        roles=frozenset(role for role in ROLES if role in fields["roles"]),
        contributors=_set(fields["contributors"]),
        key=fields["key"],
        proof=bytes.fromhex(fields["proof"]) if fields["proof"] is not None else None,
        register=fields["register"],
        on_behalf_of=fields["on_behalf_of"],
        commands=_set(fields["commands"]),
    )


def _set(texts: Collection[str] | None) -> frozenset[str] | None:
    return None if texts is None else frozenset(texts)
