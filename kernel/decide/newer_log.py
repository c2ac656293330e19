"""A log that a newer version of this program has written to: an older one must not decide on it."""

from collections.abc import Collection

from contracts.newer import is_known


def newer_words(words: Collection[tuple[str, int]]) -> list[str]:
    """The types and versions in a log that this program does not know."""
    return [f"{name} version {version}" for name, version in sorted(words) if not is_known(name, version)]


def refuse_newer(service: str, words: Collection[tuple[str, int]]) -> None:
    """End the process, before it does anything, if its log holds events that it cannot read.

    Raises:
        SystemExit: the log holds such events; the message names them and the remedy.
    """
    if newer := newer_words(words):
        reason = f"The log of {service} was written by a newer version of this program: {', '.join(newer)}."
        raise SystemExit(f"{reason} Start that version: an older one would decide without these events.")
