"""`forcegen audit replay --to views`: the views rebuilt from the archive, with the difference shown first."""

import asyncio
from collections.abc import Sequence
from typing import Final

import typer

from cli.output.progress import records
from cli.output.terminal import number, results, row, table
from operations.archive_selection import Selection
from operations.rebuild_views import Difference, ViewAddresses, apply_missing, rebuild_all, restore_previous

PUT_IN: Final = "The rebuilt views serve now. Go back to the previous ones with --back."
DRY: Final = "Nothing was changed: this is the difference that it would make."


def rebuild(at: ViewAddresses, *, dry_run: bool) -> None:
    """Rebuild all views from all of the archive."""
    _show(asyncio.run(rebuild_all(at, records, dry_run=dry_run)))
    typer.echo(DRY if dry_run else PUT_IN)


def back(at: ViewAddresses) -> None:
    """Restore the views from before the last rebuild."""
    asyncio.run(restore_previous(at))
    typer.echo("The previous views serve again. They read on from where they were.")


def apply(at: ViewAddresses, which: Selection, *, dry_run: bool) -> None:
    """Apply some records to the live views."""
    applied = asyncio.run(apply_missing(at, which, records, dry_run=dry_run))
    typer.echo(
        f"{applied.applied:,} events were missing and are applied, {applied.duplicates:,} were there,"
        f" {applied.parked:,} wait for an earlier one of their stream."
    )
    if dry_run:
        typer.echo(DRY)


def _show(differences: Sequence[Difference]) -> None:
    """Show the differences view by view, with some of the rows."""
    if not differences:
        typer.echo("The rebuilt views are the same as those that served, row by row.")
        return
    shown = table("view", number("only served"), number("only rebuilt"))
    for view in differences:
        row(shown, (view.table, f"{view.only_live:,}", f"{view.only_fresh:,}"))
    results().print(shown)
    for view in differences:
        for line in view.shown:
            typer.echo(f"{view.table} {line}")
