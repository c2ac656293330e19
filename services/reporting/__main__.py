"""`python -m services.reporting`: settings from the environment, connections, run the projector."""

from kernel.reader_service import run
from kernel.runtime.process import main
from kernel.runtime.settings import Settings
from services.reporting.app import SERVICE, beside

if __name__ == "__main__":
    settings = Settings.for_service(SERVICE.name)
    main(run(SERVICE, settings, beside=beside), settings)
