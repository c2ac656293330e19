"""Assembles the service: its pure core on the kernel. It contains no rules."""

from kernel.command_service import DecidingService
from services.approvals import decider
from services.approvals.policies import POLICIES

SERVICE = DecidingService("approvals", decider, POLICIES)
