"""The service, put together: its pure core on the kernel. No rule lives here."""

from kernel.command_service import DecidingService
from services.deployments import decider
from services.deployments.policies import POLICIES

SERVICE = DecidingService("deployments", decider, POLICIES)
