"""`python -m services.audit`: settings from the environment, connections, run."""

from functools import partial

from kernel.reader_service import run
from kernel.runtime.process import main
from kernel.runtime.settings import Settings
from services.audit.app import SERVICE, add_routes, loops
from services.audit.http.refusals import Refusals

if __name__ == "__main__":
    settings = Settings.for_service(SERVICE.name)
    refused = Refusals()
    serving = run(
        SERVICE, settings, loops=partial(loops, refused=refused), add_routes=partial(add_routes, refused=refused)
    )
    main(serving, settings)
