"""The story's offices as producers that sign: each with a key of its own, in a register that two operators signed.

The archive verifies by this register. The deciding services have none, so that one person may tell the whole story:
under a register, two people decide (docs/decisions/0029-two-people-decide-and-history-says-who.md).

Keys and register are made once, in the directory of the demo, and stay there: whoever can read it can speak for every
office of the story. How to register producers in earnest: docs/how-to/register-a-producer.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.demo.refusals import SENDER
from cli.demo.steps import MINISTRY, NOTE_REGISTRY, PARLIAMENT, SECRETARIAT
from cli.input import key_files
from contracts.verifiability import SigningKey
from operations import producers

FOLDER: Final = "producers"
"""Below the directory of the demo."""
REGISTER: Final = "register.txt"
OPERATORS: Final = ("first-operator", "second-operator")
OFFICES: Final[Mapping[str, tuple[str, Sequence[str], str]]] = {
    PARLIAMENT: ("kz-parliament", ("approvals",), "KAZ"),
    NOTE_REGISTRY: ("kz-mfa-note-registry", ("approvals", "vacancies", "deployments"), "KAZ"),
    MINISTRY: ("kz-mod", ("approvals", "vacancies", "deployments"), "*"),
    SECRETARIAT: ("un-dppa-dpo", ("vacancies", "deployments"), "*"),
    SENDER: ("examples", ("approvals", "vacancies", "deployments"), "*"),
}
"""By source: the producer's name, the services that it sends commands to, and the States that it speaks of.

The ministry adopts rule sets, which concern every State."""


@dataclass(frozen=True, slots=True)
class Producers:
    """The offices' keys, and what makes the archive know them."""

    keys: Mapping[str, SigningKey]
    """By source."""
    settings: Mapping[str, str]
    """Of the audit service, as environment variables."""


def made(directory: Path) -> Producers:
    """The producers of the demo in a directory; what is missing is made.

    Raises:
        CommandError, OperationError: a file of them cannot be read or written.
    """
    folder = (directory / FOLDER).absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = {source: _key(folder / f"{name}.key") for source, (name, _, _) in OFFICES.items()}
    operators, register = folder / "operators.txt", folder / REGISTER
    if not register.exists():
        fresh, signers = register.with_suffix(".unsigned"), [folder / f"{name}.key" for name in OPERATORS]
        fresh.write_text(_text(keys), encoding="utf-8")
        verifiers = [producers.operator_key(name, file) for name, file in zip(OPERATORS, signers, strict=True)]
        for file in signers:
            producers.sign_register(fresh, file)
        operators.write_text(",".join(verifiers) + "\n", encoding="utf-8")
        fresh.replace(register)  # last: without it, everything is made again
    settings = {
        "FORCEGEN_AUDIT_PRODUCERS": str(register),
        "FORCEGEN_AUDIT_PRODUCERS_OPERATORS": operators.read_text(encoding="utf-8").strip(),
    }
    return Producers(keys, settings)


def _key(file: Path) -> SigningKey:
    if not file.exists():
        key_files.write_key(file, key_files.made("ed25519"))
    return key_files.read_key(file)


def _text(keys: Mapping[str, SigningKey]) -> str:
    lines = ["forcegen producers", "version 1"]
    for source, (name, services, states) in OFFICES.items():
        lines += ["", f"producer {name}", f"source {source}"]
        lines += [f"key {keys[source].public.text} from 2020-01-01T00:00:00Z", "must-sign"]
        lines += [*(f"command {service}.*" for service in services), f"contributor {states}"]
    return "\n".join(lines) + "\n"
