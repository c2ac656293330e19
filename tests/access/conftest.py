"""One whole system on servers of its own, with every kind of principal: other tests make topics and roles of theirs."""

import asyncio
from collections.abc import Awaitable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import pytest
from pydantic import SecretStr

from contracts.cloudevents import to_kafka
from deploy import provision
from deploy.local import stack
from deploy.local.kafka_logins import KafkaLogin
from kernel.identity.tokens import line_of
from kernel.runtime.settings import Settings
from kernel.store.database import migrate
from operations import kafka_admin
from operations.kafka_access import accesses
from operations.kafka_settings import of_local_login
from operations.provision_kafka import provision_kafka
from services.reporting import projection_version
from services.reporting.analysts.publish import publish
from services.reporting.app import SERVICE as REPORTING
from services.reporting.projector.projector import Projector
from tests.access import producers
from tests.access.producers import PRODUCERS
from tests.foreign import Client
from tests.kernel.policy_service import approval, newer
from tests.scope import histories
from tests.servers import PASSWORD, Servers, logged_in
from tests.sign_in_provider import SignInProvider, sign_in_provider
from tests.system import MODULES, RunningSystem, free_port

DATABASE: Final = "forcegen"
STATE_ANALYST: Final = "analyst_kz"
"""A role for SQL that sees the rows of one State."""
STRANGER: Final = "stranger"
"""Logs in, at the brokers and at the database, and stands in no table."""
WITH_PAGES: Final = ("query", "audit")
ONE_STATE, ALL = histories.OURS, "*"
TOKENS: Final = {
    f"{role} of {'one State' if states == ONE_STATE else 'every State'}": (role, states)
    for role in ("reader", "auditor", "operator", "producer")
    for states in (ONE_STATE, ALL)
}
EXPIRED: Final = "holder of an expired token"


@dataclass(frozen=True)
class Whole:
    """The running system under a register of producers, its administrator at the brokers, and who signs people in."""

    system: RunningSystem
    admin: Settings
    provider: SignInProvider
    """Signs everybody in to the pages, whom it calls `b.user`."""

    @property
    def superuser(self) -> str:
        return self.system.servers.database(DATABASE)


def token_of(principal: str) -> str:
    return "fg_" + principal.replace(" ", "-")


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    directory = tmp_path_factory.mktemp("access")
    try:
        local = stack.up(directory / "stack")
        admin = of_local_login(local.kafka_bootstrap, local.kafka_admin)
        servers = Servers(local.kafka_bootstrap, local.postgres_dsn, secured=True)
        with logged_in(local.kafka_admin.as_environment()):
            aside(_provisioned(servers, admin))
            system = RunningSystem(servers, DATABASE, directory)
            system.ports = {name: free_port() for name in MODULES}
            with sign_in_provider(*(f"{system.url(name)}/sign-in/callback" for name in WITH_PAGES)) as provider:
                _configure(system, provider)
                try:
                    system.start(*MODULES)
                    _give_tokens(system)
                    yield Whole(system, admin, provider)
                finally:
                    system.stop()
    finally:
        stack.wipe(directory / "stack")


def aside(awaitable: Awaitable[Any]) -> Any:
    """Run it in another thread, for a loop may run in this one."""

    async def awaited() -> Any:
        return await awaitable

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, awaited()).result()


def _configure(system: RunningSystem, provider: SignInProvider) -> None:
    """A register of producers is in force, and people sign in to pages by a provider."""
    register, providers = system.logs / "producers", system.logs / "providers.toml"
    register.write_text(producers.NOTE, encoding="utf-8")
    providers.write_text(provider.configuration(), encoding="utf-8")
    system.settings |= {
        "FORCEGEN_PRODUCERS": str(register),
        "FORCEGEN_PRODUCERS_OPERATORS": producers.PUBLIC,
        "FORCEGEN_IDENTITY_PROVIDERS_FILE": str(providers),
    }


def hold_an_event(admin: Settings) -> None:
    """An event of a version to come: every service that decides holds it."""
    key, value, headers = to_kafka(newer(approval(1, "of-a-version-to-come")))
    client = Client(admin.kafka_bootstrap)
    client.raw("approvals.events", value, key, [*headers])
    client.flush()


async def _provisioned(servers: Servers, admin: Settings) -> None:
    """As an administrator does it; and the history of two States in the views."""
    await provision_kafka(admin, dict.fromkeys(accesses(PRODUCERS), PASSWORD), PRODUCERS)
    with kafka_admin.administration(admin) as client:
        kafka_admin.set_passwords(client, {STRANGER: PASSWORD})
    roles = dict.fromkeys((*provision.OWNERS, *provision.READERS, STATE_ANALYST), PASSWORD)
    await provision.provision(servers.postgres, DATABASE, roles, state_analysts={STATE_ANALYST: [ONE_STATE]})
    owner, log = servers.as_role("reporting", PASSWORD, DATABASE), histories.log()
    await migrate(SecretStr(owner), REPORTING.schema)
    async with asyncpg.create_pool(owner, min_size=1, max_size=2) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await projection_version.begin(connection)
            await Projector().apply(connection, log)
        await publish(pool)


def _give_tokens(system: RunningSystem) -> None:
    lines = [line_of(name_of(who), token_of(who), [role], [states], None) for who, (role, states) in TOKENS.items()]
    lines.append(line_of(name_of(EXPIRED), token_of(EXPIRED), ["reader"], [ALL], "2020-01-01"))
    with (system.logs / "tokens").open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


def name_of(principal: str) -> str:
    return principal.replace(" ", "-").lower()


def login_of(name: str) -> KafkaLogin:
    return KafkaLogin(name, PASSWORD)
