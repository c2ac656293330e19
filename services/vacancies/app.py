"""The room, put together: its pure core on the kernel. No rule lives here."""

from kernel.command_service import Room
from services.vacancies import decider
from services.vacancies.policies import POLICIES

ROOM = Room("vacancies", decider, POLICIES)
