"""The register of a system on one machine: made once, signed by two operators, and kept when more producers come."""

import json
import stat
from pathlib import Path

import pytest

from cli.strength_returns.commands import SENDER
from contracts.registry import COMMANDS
from deploy import access
from kernel.identity.register_text import open_register, operators_named
from operations import local_keys, local_producers
from operations.errors import OperationError
from operations.local_producers import DEVELOPER, LocalProducer, registered

OFFICE = LocalProducer("office", ("urn:office",), ("deployments.*",), "KAZ")


@pytest.fixture(autouse=True)
def no_register_of_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(local_keys.SETTING, raising=False)


def started(directory: Path, register: str) -> None:
    """As if services had been started with this register."""
    (directory / "services").mkdir(exist_ok=True)
    (directory / "services" / "approvals.settings.json").write_text(json.dumps({local_keys.SETTING: register}))


def test_services_are_given_a_register_that_two_operators_signed(tmp_path: Path) -> None:
    settings = local_producers.settings_here(tmp_path)
    note = Path(settings["FORCEGEN_PRODUCERS"]).read_text()
    register = open_register(note, operators_named(settings["FORCEGEN_PRODUCERS_OPERATORS"]))
    assert register.version == 1
    assert local_producers.settings_here(tmp_path) == settings
    assert Path(settings["FORCEGEN_PRODUCERS"]).read_text() == note


def test_the_developer_may_send_everything_from_outside_signed_or_with_the_local_token(tmp_path: Path) -> None:
    developer = registered(tmp_path).register.producers[DEVELOPER.name]
    assert developer.commands == {name for name, word in COMMANDS.items() if not word.is_internal}
    assert (developer.contributors, developer.names_officials, developer.must_sign) == (None, True, False)
    assert developer.logins == {access.NAME}


def test_documented_sources_and_the_importers_are_the_developers(tmp_path: Path) -> None:
    register = registered(tmp_path).register
    for source in ("urn:mfa:kz", "urn:mfa:kz:desk-1", "urn:example:me", SENDER):
        assert register.owner(source) == register.producers[DEVELOPER.name], source


def test_more_producers_make_a_new_version_once_and_stay_when_they_are_not_named(tmp_path: Path) -> None:
    first = registered(tmp_path)
    key = first.key_of("urn:example:me")
    more = registered(tmp_path, OFFICE)
    assert (first.register.version, more.register.version) == (1, 2)
    assert more.key_of("urn:office") is not None
    for again in (registered(tmp_path), registered(tmp_path, OFFICE)):
        assert again.register == more.register
        now = again.key_of("urn:example:me")
        assert key is not None and now is not None and now.public == key.public


def test_a_producer_that_has_a_source_of_the_developer_gives_way(tmp_path: Path) -> None:
    folder = registered(tmp_path).folder
    other = LocalProducer("examples", ("urn:example:refusals",), ("approvals.*",))
    text = "\n".join(["forcegen producers", "version 7", *other.lines(local_keys.read_key(folder / "developer.key"))])
    (folder / local_keys.REGISTER).write_text(f"{text}\n\n— somebody AAAAAAAA\n")
    register = registered(tmp_path).register
    assert (register.version, set(register.producers)) == (8, {DEVELOPER.name})


def test_private_keys_are_kept_to_their_owner(tmp_path: Path) -> None:
    folder = registered(tmp_path, OFFICE).folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    keys = [*folder.glob("*.key")]
    assert {key.stem for key in keys} == {"developer", "office", *local_producers.OPERATORS}
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    (folder / "office.key").chmod(0o644)
    with pytest.raises(OperationError, match="Others can read"):
        registered(tmp_path).key_of("urn:office")


def test_a_register_that_the_operator_names_is_handed_on_and_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(local_keys.SETTING, "/elsewhere/producers.txt")
    assert local_producers.settings_here(tmp_path) == {}
    assert [*tmp_path.iterdir()] == []


def test_keys_count_only_for_services_that_go_by_the_register_made_here(tmp_path: Path) -> None:
    assert local_keys.keys_in_force(tmp_path) is None
    made = registered(tmp_path)
    assert local_keys.keys_in_force(tmp_path) is None  # they were started before it was made
    started(tmp_path, "/elsewhere/producers.txt")
    assert local_keys.keys_in_force(tmp_path) is None
    started(tmp_path, str(made.folder / local_keys.REGISTER))
    keys = local_keys.keys_in_force(tmp_path)
    assert keys is not None
    assert keys.key_of("urn:nobody") is None


def test_a_register_that_cannot_be_read_is_named_with_the_remedy(tmp_path: Path) -> None:
    file = registered(tmp_path).folder / local_keys.REGISTER
    file.write_text("nonsense")
    with pytest.raises(OperationError, match=r"register\.txt cannot be used .* move it away"):
        registered(tmp_path)
