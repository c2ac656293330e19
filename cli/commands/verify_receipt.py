"""The output of `forcegen verify` for a checked receipt."""

from dataclasses import asdict
from pathlib import Path

import typer

from cli.output import logs
from cli.output.errors import FAILED
from cli.output.options import print_json
from cli.output.progress import record_rate
from operations.audit_log import ReadPath
from operations.verify_receipt import ReceiptCheck, verify_receipt


def check(file: Path, key: str, read: ReadPath, scratch: str | None, *, as_json: bool) -> None:
    """Print the findings, or that there are none.

    Raises:
        typer.Exit: something is wrong.
    """
    logs.to_standard_error()
    checked = verify_receipt(file, key, read, scratch, record_rate())
    if as_json:
        print_json({"holds": not checked.findings, **asdict(checked)})
    else:
        _show(checked)
    if checked.findings:
        raise typer.Exit(FAILED)


def _show(checked: ReceiptCheck) -> None:
    for finding in checked.findings:
        typer.echo(finding)
    if checked.projection_then != checked.projection_now:
        typer.echo(f"The projections are others than then: {checked.projection_then}, now {checked.projection_now}.")
    if checked.said_by:
        said = ", ".join(f"{events:,} by {_printable(name)}" for name, events in checked.said_by.items())
        typer.echo(f"The events that it rests on were said: {said}.")
    typer.echo(_verdict(checked))


def _printable(name: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in name[:200])


def _verdict(checked: ReceiptCheck) -> str:
    report = f"{checked.report} as of {checked.as_of}"
    if checked.findings:
        return f"{report}: {len(checked.findings)} wrong."
    return f"{report}: made again from the log, the same to the byte."
