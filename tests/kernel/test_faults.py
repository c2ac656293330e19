"""What a server that is killed makes the driver raise never ends a loop; a defect of ours does."""

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError

from kernel.runtime.faults import waited_out

OF_A_SERVER = [
    asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
    asyncpg.AdminShutdownError("terminating connection due to administrator command"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalServerError("unexpected"),
    ConnectionResetError(),
    TimeoutError(),
    KafkaConnectionError(),
]


@pytest.mark.parametrize("fault", OF_A_SERVER, ids=lambda fault: type(fault).__name__)
def test_a_server_s_fault_is_waited_out(fault: Exception) -> None:
    with waited_out("a loop"):
        raise fault


@pytest.mark.parametrize("fault", [ValueError("a defect"), asyncpg.UniqueViolationError("twice")], ids=repr)
def test_any_other_fault_is_raised(fault: Exception) -> None:
    with pytest.raises(type(fault)), waited_out("a loop"):
        raise fault
