"""The register of producers of a system on this machine: made with its keys, signed by two operators made with them.

So the rules that hold in earnest hold here too: whoever sends is known, and two people decide. It is no protection
against anybody who can read the directory; how to register producers in earnest: docs/how-to/register-a-producer.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ed25519

from contracts.registry import COMMANDS, SERVICES
from contracts.verifiability import SigningKey
from deploy import access
from deploy.local.process import write_atomically
from kernel.identity.register import Producer, Register, lines_of
from kernel.identity.register_text import EVERY, TITLE, parse
from kernel.runtime.settings import Settings
from operations import producers
from operations.local_keys import FOLDER, REGISTER, SETTING, LocalKeys, folder_of, key_file, read_key, read_register

OPERATORS: Final = ("first-operator", "second-operator")
_OPERATORS_FILE: Final = "operators.txt"
_KEYS_COUNT_FROM: Final = "2020-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class LocalProducer:
    """A producer of a local system."""

    name: str
    sources: tuple[str, ...]
    commands: tuple[str, ...]
    """Types, or `<service>.*`."""
    contributor: str = EVERY
    further: tuple[str, ...] = ("must-sign",)
    """Further lines of the register."""

    def lines(self, key: SigningKey) -> list[str]:
        """Its lines of the register."""
        return [
            f"producer {self.name}",
            *(f"source {source}" for source in self.sources),
            f"key {key.public.text} from {_KEYS_COUNT_FROM}",
            *self.further,
            *(f"command {name}" for name in self.commands),
            f"contributor {self.contributor}",
        ]


DEVELOPER: Final = LocalProducer(
    "developer",
    ("urn:example:", "urn:mfa:kz", "urn:mfa:kz:", "urn:strength-returns:import"),
    (
        *(f"{service}.*" for service in SERVICES),
        *sorted(name for name, word in COMMANDS.items() if word.is_break_glass),
    ),
    further=("names-officials", f"login {access.NAME}"),
)
"""Who tries the system out: sends everything, in any content mode and through both doors, and acts as several officials
(`actor`), so that two of them can decide."""


def registered(directory: Path, *more: LocalProducer) -> LocalKeys:
    """Make the register of a local system, or a new version of it, unless the developer and `more` are in it.

    Raises:
        OperationError: a file of it cannot be read or written.
    """
    folder = folder_of(directory)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    blocks = [one.lines(_key(folder, one.name)) for one in (DEVELOPER, *more)]
    wanted, register = parse(_text(1, blocks)), read_register(directory)
    known = {} if register is None else register.producers
    if register is None or any(known.get(name) != one for name, one in wanted.producers.items()):
        kept = [one for one in known.values() if not _is_replaced(one, wanted)]
        version = 1 if register is None else register.version + 1
        register = _put_in_force(folder, _text(version, [*blocks, *map(lines_of, kept)]))
    return LocalKeys(register, folder)


def settings_here(directory: Path) -> Mapping[str, str]:
    """Make the register of a local system unless it is there; returns the settings of its services.

    None are made where the operator names a register (`FORCEGEN_PRODUCERS`): that one is handed on.
    """
    return {} if Settings().producers is not None else settings_of(registered(directory))


def settings_of(keys: LocalKeys) -> Mapping[str, str]:
    """The settings of services that go by the register of a local system, as environment variables."""
    operators = (keys.folder / _OPERATORS_FILE).read_text(encoding="utf-8").strip()
    return {SETTING: str(keys.folder / REGISTER), f"{SETTING}_OPERATORS": operators}


def operators_file(directory: Path) -> Path:
    """The file with the operators' public keys, as `--operators` takes them."""
    return directory / FOLDER / _OPERATORS_FILE


def _is_replaced(one: Producer, wanted: Register) -> bool:
    """Whether others come in the place of a producer: one of its name, or one that has a source of it."""
    return one.name in wanted.producers or any(map(wanted.owner, one.sources))


def _put_in_force(folder: Path, text: str) -> Register:
    """The register of a text, once it is signed and in its place."""
    fresh, signers = folder / f"{REGISTER}.unsigned", [folder / f"{name}.key" for name in OPERATORS]
    write_atomically(fresh, text)
    verifiers = [producers.operator_key(name, file) for name, file in zip(OPERATORS, signers, strict=True)]
    write_atomically(folder / _OPERATORS_FILE, ",".join(verifiers) + "\n")
    for file in signers:
        producers.sign_register(fresh, file)
    fresh.replace(folder / REGISTER)
    return producers.read_register(folder / REGISTER, ",".join(verifiers))


def _text(version: int, blocks: list[list[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in [[TITLE, f"version {version}"], *blocks]) + "\n"


def _key(folder: Path, name: str) -> SigningKey:
    file = key_file(folder, name)
    if not file.exists():
        write_atomically(file, SigningKey(ed25519.Ed25519PrivateKey.generate()).to_pem().decode())
    return read_key(file)
