"""`python -m services.reporting.http`: settings from the environment, connections, answer questions."""

from kernel.runtime.process import main
from kernel.runtime.settings import Settings
from services.reporting.http.app import run

if __name__ == "__main__":
    settings = Settings.for_service("query")
    main(run(settings), settings)
