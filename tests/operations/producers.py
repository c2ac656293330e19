"""Registered producers for the rights at a broker: neighbours by prefix that do not sign, and one that does."""

from kernel.identity.register_text import parse
from operations.producers import at_brokers
from tests.kernel.registered import KZ

OWN = """\
producer {0}
source urn:{0}
broker {0}
broker tls-{0}
topic approvals.commands.{0}
command approvals.*
contributor *
"""
SIGNS = f"""\
producer signs
source urn:signs
broker signs-on-one-machine
broker signs-on-another
must-sign
key {KZ.public.text} from 2020-01-01T00:00:00Z
command vacancies.*
command deployments.*
contributor *
"""
UNSIGNED = "".join(map(OWN.format, ("parliament", "parliament-north", "a", "ab")))
PRODUCERS = at_brokers(parse(f"forcegen producers\nversion 1\n{UNSIGNED}{SIGNS}"))
PARLIAMENT, NORTH, A, AB = (one for one in PRODUCERS[:8] if not one.name.startswith("tls-"))
