"""The log of the services' own code, where a command runs it."""

import sys

import structlog


def to_standard_error() -> None:
    """What is logged while a command runs is progress, and no result: standard output carries results alone."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))  # the stream of that moment
