"""Assembles the service: its pure core on the kernel. It contains no rules."""

from kernel.command_service import DecidingService
from services.vacancies import decider
from services.vacancies.policies import POLICIES

SERVICE = DecidingService("vacancies", decider, POLICIES)
