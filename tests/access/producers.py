"""The register of producers that is in force, and who sends commands: what each may send, by which door.

The register is what a service believes; the table beside it says the same a second time, in words of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from contracts.registry import COMMANDS
from contracts.verifiability import SigningKey
from contracts.words import Command
from kernel.identity.register_text import parse
from operations.producers import at_brokers
from tests.kernel.registered import OPERATORS, signed, text


def _key(nr: int) -> SigningKey:
    return SigningKey(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([nr]) * 32))


OWN, REVOKED, FUTURE, OF_TYPES, OF_STATES, STRANGERS = map(_key, range(21, 27))
P_256: Final = SigningKey(ec.derive_private_key(20_240_313, ec.SECP256R1()))
STATE: Final = "KAZ"
OTHER_STATE: Final = "BOL"
SOME_TYPES: Final = ("approvals.ProposeMandate", "vacancies.SubmitApplication", "deployments.PlanTour")
ALONE: Final = ("approvals.ChangeMandateByBreakGlass", "deployments.CorrectTourByBreakGlass")
OF_EVERY_STATE: Final = frozenset(
    {
        *("RecordMission", "ChangeMissionStatus", "AnnounceVacancy", "WithdrawVacancy", "LapseVacancy"),
        *("ReopenVacancy", "AdoptRuleSet", "BarCandidate"),
    }
)
"""Commands that concern every State, or whoever will have a name that no State has on record: who speaks of one State
alone sends none of them."""
EVERYTHING: Final = ("command approvals.*", "command vacancies.*", "command deployments.*")
_FROM: Final = "from 2020-01-01T00:00:00Z"
LINES: Final = (
    *("forcegen producers", "version 1"),
    *("producer caller", "source urn:mfa:kz", *EVERYTHING, "contributor *"),
    *("login tests", "login producer-of-one-state", "login producer-of-every-state"),
    *("producer parliament", "source urn:parliament", "broker parliament", "topic approvals.commands.parliament"),
    *("command approvals.*", "contributor *"),
    *("producer parliament-north", "source urn:parliament-north", "broker parliament-north"),
    *("topic approvals.commands.parliament-north", "command approvals.*", "contributor *"),
    *("producer signs", "source urn:signs:", "must-sign", f"key {OWN.public.text} {_FROM}", "broker signs"),
    *(f"key {P_256.public.text} {_FROM}", *EVERYTHING, *(f"command forcegen.{name}" for name in ALONE)),
    *(f"key {REVOKED.public.text} {_FROM} revoked 2026-01-01T00:00:00Z", "contributor *"),
    f"key {FUTURE.public.text} from 2199-01-01T00:00:00Z",
    *("producer some-types", "source urn:some-types", "must-sign", f"key {OF_TYPES.public.text} {_FROM}"),
    *(*(f"command forcegen.{name}" for name in SOME_TYPES), "contributor *", "broker some-types"),
    *("producer some-states", "source urn:some-states", "must-sign", f"key {OF_STATES.public.text} {_FROM}"),
    *(*EVERYTHING, f"contributor {STATE}", "broker some-states"),
)
NOTE: Final = signed(text(*LINES))
PUBLIC: Final = ",".join(str(one.verifier) for one in OPERATORS)
PRODUCERS: Final = at_brokers(parse(text(*LINES)))
"""Their users at the brokers. Two names begin alike, and so do their topics."""

HTTP, SHARED, PARLIAMENTS = "over HTTP", "on the shared topic", "on the topic of parliament"


@dataclass(frozen=True)
class Sender:
    """Who sends a command: the source that is claimed, and what shows it."""

    source: str
    key: SigningKey | None = None
    user: str | None = None
    """The user at the brokers, where the brokers let it write; the administrator otherwise, whom they let write all."""
    doors: tuple[str, ...] = ()
    """By which it is believed."""
    types: Callable[[str, type[Command]], bool] = lambda _, __: True
    """Of those that are no policy's."""
    is_limited: bool = False
    """To one State."""

    def may(self, name: str, state: str | None, door: str) -> bool:
        """Whether a command is decided: of a type (`<service>.<Name>`), about a State, by a door."""
        word = COMMANDS[f"forcegen.{name}"]
        is_foreign = state == OTHER_STATE or word.__name__ in OF_EVERY_STATE
        is_within = not (self.is_limited and is_foreign)
        return door in self.doors and not word.is_internal and self.types(name, word) and is_within


def _usual(_: str, word: type[Command]) -> bool:
    return not word.is_break_glass


def _of_approvals(name: str, word: type[Command]) -> bool:
    return name.startswith("approvals.") and _usual(name, word)


_SIGNED: Final = (HTTP, SHARED)
SENDERS: Final = {
    "who signs": Sender("urn:signs:desk", OWN, "signs", _SIGNED),
    "who signs with P-256": Sender("urn:signs:desk", P_256, "signs", _SIGNED),
    "who must sign and does not": Sender("urn:signs:desk", None, "signs"),
    "whose key is revoked": Sender("urn:signs:desk", REVOKED, "signs"),
    "whose key counts later": Sender("urn:signs:desk", FUTURE, "signs"),
    "a stranger's key": Sender("urn:signs:desk", STRANGERS, "signs"),
    "the key of another producer": Sender("urn:signs:desk", OF_TYPES, "some-types"),
    "nobody's source": Sender("urn:nobody", OWN, "signs"),
    "the system's source": Sender("urn:forcegen:approvals:policy", OWN, "signs"),
    "a producer of some types": Sender(
        "urn:some-types", OF_TYPES, "some-types", _SIGNED, lambda name, _: name in SOME_TYPES
    ),
    "a producer of one State": Sender("urn:some-states", OF_STATES, "some-states", _SIGNED, _usual, is_limited=True),
    "who has a topic": Sender("urn:parliament", None, "parliament", (PARLIAMENTS,), _of_approvals),
    "a neighbour by prefix": Sender("urn:parliament-north", None, "parliament-north"),
    "who calls": Sender("urn:mfa:kz", doors=(HTTP,), types=_usual),
}
