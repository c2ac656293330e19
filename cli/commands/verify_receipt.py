"""The output of `forcegen verify` for a checked receipt."""

from pathlib import Path

import typer

from cli.output.errors import FAILED
from cli.output.progress import record_rate
from operations.audit_log import ReadPath
from operations.verify_receipt import ReceiptCheck, verify_receipt


def check(file: Path, key: str, read: ReadPath, scratch: str | None) -> None:
    """Print the findings, or that there are none.

    Raises:
        typer.Exit: something is wrong.
    """
    checked = verify_receipt(file, key, read, scratch, record_rate())
    for finding in checked.findings:
        typer.echo(finding)
    if checked.projection_then != checked.projection_now:
        typer.echo(f"The projections are others than then: {checked.projection_then}, now {checked.projection_now}.")
    if checked.said_by:
        said = ", ".join(f"{events:,} by {_printable(name)}" for name, events in checked.said_by.items())
        typer.echo(f"The events that it rests on were said: {said}.")
    typer.echo(_verdict(checked))
    if checked.findings:
        raise typer.Exit(FAILED)


def _printable(name: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in name[:200])


def _verdict(checked: ReceiptCheck) -> str:
    report = f"{checked.report} as of {checked.as_of}"
    if checked.findings:
        return f"{report}: {len(checked.findings)} wrong."
    return f"{report}: made again from the log, the same to the byte."
