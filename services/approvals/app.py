"""The service, put together: its pure core on the kernel. No rule lives here."""

from kernel.command_service import DecidingService
from services.approvals import decider
from services.approvals.policies import POLICIES

SERVICE = DecidingService("approvals", decider, POLICIES)
