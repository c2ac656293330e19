"""`forcegen audit replay --to views`: the views rebuilt from the archive, with the difference shown first."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import typer

from cli.output import logs
from cli.output.options import print_json
from cli.output.progress import records
from cli.output.tables import number, table
from operations.archive_selection import Selection
from operations.rebuild_views import Difference, ViewAddresses, apply_missing, rebuild_all, restore_previous

PUT_IN: Final = "The rebuilt views serve now. Go back to the previous ones with --back."
DRY: Final = "Nothing was changed: this is the difference that it would make."


def rebuild(at: ViewAddresses, *, dry_run: bool, as_json: bool) -> None:
    """Rebuild all views from all of the archive."""
    logs.to_standard_error()
    differences = asyncio.run(rebuild_all(at, records, dry_run=dry_run))
    if as_json:
        print_json({"differences": list(map(_fields, differences)), "dry_run": dry_run})
        return
    _show(differences)
    typer.echo(DRY if dry_run else PUT_IN)


def back(at: ViewAddresses, *, as_json: bool) -> None:
    """Restore the views from before the last rebuild."""
    logs.to_standard_error()
    asyncio.run(restore_previous(at))
    if as_json:
        print_json({"previous_views_serve": True})
    else:
        typer.echo("The previous views serve again. They read on from where they were.")


def apply(at: ViewAddresses, which: Selection, *, dry_run: bool, as_json: bool) -> None:
    """Apply some records to the live views."""
    logs.to_standard_error()
    applied = asyncio.run(apply_missing(at, which, records, dry_run=dry_run))
    if as_json:
        print_json({**asdict(applied), "dry_run": dry_run})
        return
    typer.echo(
        f"{applied.applied:,} events were missing and are applied, {applied.duplicates:,} were there,"
        f" {applied.parked:,} wait for an earlier one of their stream."
    )
    if dry_run:
        typer.echo(DRY)


def _fields(view: Difference) -> dict[str, object]:
    return {
        **{"view": view.table, "only_served": view.only_live, "only_rebuilt": view.only_fresh},
        "examples": list(view.shown),
    }


def _show(differences: Sequence[Difference]) -> None:
    """Show the differences view by view, with some of the rows."""
    if not differences:
        typer.echo("The rebuilt views are the same as those that served, row by row.")
        return
    shown = table("view", number("only_served"), number("only_rebuilt"))
    for view in differences:
        shown.row(view.table, f"{view.only_live:,}", f"{view.only_fresh:,}")
    shown.show()
    for view in differences:
        for line in view.shown:
            typer.echo(f"{view.table} {line}")
