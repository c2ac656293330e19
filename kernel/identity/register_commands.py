"""Which types of commands a line of the register stands for."""

from contracts.registry import COMMANDS, SERVICES, commands_of
from kernel.identity.register import RegisterRefused


def types_of(value: str) -> frozenset[str]:
    """The types of `forcegen.<service>.<Name>`, or of `<service>.*`: all of a service but break-glass.

    Raises:
        RegisterRefused: there are none that a producer may send; the message says why.
    """
    service, star, _ = value.rpartition(".*")
    known = {name: word for name, word in COMMANDS.items() if not word.is_internal}
    if star and value == f"{service}.*" and service in SERVICES:
        return frozenset(name for name in commands_of(service) if name in known and not known[name].is_break_glass)
    if value in known:
        return frozenset({value})
    if value in COMMANDS:
        raise RegisterRefused(f"{value} is sent by policies of this system alone.")
    reason = f"{value[:80]!r} is no command. Write e.g. forcegen.approvals.ProposeMandate, or approvals.*."
    raise RegisterRefused(reason)
