"""Assembles the service: its pure core on the kernel. It contains no rules."""

from kernel.command_service import DecidingService
from services.deployments import decider
from services.deployments.policies import POLICIES

SERVICE = DecidingService("deployments", decider, POLICIES)
