"""The overlay that puts a register of producers in force: all processes of the compose file get it, and follow it."""

from pathlib import Path
from typing import Any, Final

import yaml

from deploy.service_names import QUERY
from kernel.runtime.settings import Settings
from tests.deploy.test_compose_kafka import COMPOSE, EXAMPLE, VARIABLE

OVERLAY: Final = COMPOSE.with_name("compose.producers.yaml")
MOUNT: Final = "/run/producers"
PROCESSES: Final = {"approvals", "vacancies", "deployments", "reporting", "audit", QUERY, "provision-kafka"}


def services(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text())["services"]
    return content


def test_every_service_and_the_provisioning_of_kafka_have_the_register() -> None:
    overlay = services(OVERLAY)
    assert set(overlay) == PROCESSES
    assert set(overlay) <= set(services(COMPOSE))
    running = {name for name, one in services(COMPOSE).items() if "services." in str(one.get("command"))}
    assert running == PROCESSES - {"provision-kafka"}
    assert len({str(one) for one in overlay.values()}) == 1


def test_the_settings_are_those_that_services_read_and_lead_into_the_mount() -> None:
    one = services(OVERLAY)["approvals"]
    names = {f"FORCEGEN_{name.upper()}" for name in Settings.model_fields}
    assert set(one["environment"]) == {"FORCEGEN_PRODUCERS", "FORCEGEN_PRODUCERS_OPERATORS"} <= names
    assert one["environment"]["FORCEGEN_PRODUCERS"].startswith(f"{MOUNT}/")


def test_the_directory_is_mounted_read_only_so_that_a_file_put_in_its_place_is_seen() -> None:
    """A mount of the file itself would go on showing the one that was replaced."""
    for one in services(OVERLAY).values():
        (volume,) = one["volumes"]
        where, target, mode = volume.rsplit(":", 2)
        assert (target, mode) == (MOUNT, "ro")
        assert where == "${PRODUCERS_DIRECTORY:-./producers}"
    taken = {v.rsplit(":", 2)[1] for one in services(COMPOSE).values() for v in one.get("volumes", ()) if ":" in v}
    assert MOUNT not in taken


def test_without_the_operators_keys_nothing_starts_and_the_example_lists_every_variable() -> None:
    text = OVERLAY.read_text()
    variables = {match["name"]: match["kind"] for match in VARIABLE.finditer(text)}
    assert variables == {"PRODUCERS_FILE": "-", "PRODUCERS_OPERATORS": "?", "PRODUCERS_DIRECTORY": "-"}
    assert all(f"{name}=" in EXAMPLE.read_text() for name in variables)
