"""The views are served under policies only: a start without the roles that they name ends with what to run.

Migrations set the policies where the roles are there; an administrator may have made them since.
"""

from typing import Final

from kernel.store.postgres import Connection

_STATE: Final = """
SELECT to_regrole('named_states_reader') IS NOT NULL AND to_regproc('scopes.own_states') IS NOT NULL AS provisioned,
       (SELECT bool_and(relforcerowsecurity) FROM pg_class
        WHERE oid IN (SELECT to_regclass(name) FROM scope_rules())) AS forced
"""


class NotProvisioned(SystemExit):
    """The database lacks what scopes are made of. It ends the process; the message says what to run."""

    def __init__(self) -> None:
        super().__init__(
            "The roles that scope what is read are missing in this database."
            " Provision it once more with this version (`python -m deploy.provision`), then start this again."
        )


async def check(connection: Connection) -> None:
    """Set the policies if they are not set yet; the connection belongs to the owner of the views.

    Raises:
        NotProvisioned: the administrator has not made the roles and the table of scopes.
    """
    state = await connection.fetchrow(_STATE)
    if state is None or not state["provisioned"]:
        raise NotProvisioned
    if not state["forced"]:
        await connection.execute("SELECT set_policies(), set_rights()")
