"""`python -m services.audit`: settings from the environment, connections, run."""

from kernel.reader_service import run
from kernel.runtime.process import main
from kernel.runtime.settings import Settings
from services.audit.app import SERVICE, add_routes, loops

if __name__ == "__main__":
    settings = Settings.for_service(SERVICE.name)
    main(run(SERVICE, settings, loops=loops, add_routes=add_routes), settings)
