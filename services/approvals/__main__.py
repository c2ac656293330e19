"""`python -m services.approvals`: settings from the environment, connections, run."""

from kernel.command_service import run
from kernel.runtime.process import main
from kernel.runtime.settings import Settings
from services.approvals.app import SERVICE

if __name__ == "__main__":
    settings = Settings.for_service(SERVICE.name)
    main(run(SERVICE, settings), settings)
