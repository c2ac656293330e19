"""The service, put together: its pure core on the kernel. No rule lives here."""

from kernel.command_service import DecidingService
from services.vacancies import decider
from services.vacancies.policies import POLICIES

SERVICE = DecidingService("vacancies", decider, POLICIES)
