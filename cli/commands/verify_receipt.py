"""Whether a report follows from the log: the file, the log, and the report made again, each held to the receipt."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import typer
from pydantic import ValidationError

from cli.commands import recompute
from cli.output.errors import FAILED, Complaint
from cli.output.terminal import news
from services.audit.verify import verifier
from services.audit.verify.verifier import NotVerified, ReadPath
from services.reporting.query.errors import Problem
from services.reporting.reports import receipts
from services.reporting.reports.receipts import Receipt

TOLD_EVERY_S: Final = 1.0


def check(file: Path, key: str, read: ReadPath, scratch: str | None) -> None:
    """Tells what is wrong, or that nothing is.

    Raises:
        Complaint: the file holds no receipt, or there is nowhere to work in.
        typer.Exit: something is wrong.
    """
    told, receipt = _read(file)
    findings = []
    if told is not None and receipts.digest(told) != receipt.digest:
        findings.append("answer: it is not the one that the receipt was given for: somebody changed the file")
    with _postgres(scratch) as url:
        findings += _remade(read, key, receipt, told, url)
    for finding in findings:
        typer.echo(finding)
    if receipt.projection != receipts.code_version():
        typer.echo(f"The projections are others than then: {receipt.projection}, now {receipts.code_version()}.")
    typer.echo(_verdict(receipt, findings))
    if findings:
        raise typer.Exit(FAILED)


def _verdict(receipt: Receipt, findings: list[str]) -> str:
    told = f"{receipt.report} as of {receipt.parameters['as_of']}"
    return f"{told}: {len(findings)} wrong." if findings else f"{told}: made again from the log, the same to the byte."


def _read(file: Path) -> tuple[dict[str, Any] | None, Receipt]:
    """The answer, where it is there, and its receipt."""
    try:
        told = json.loads(file.read_bytes())
        whole = "receipt" in told
        return told if whole else None, Receipt.model_validate(told["receipt"] if whole else told)
    except OSError as fault:
        raise Complaint(f"{file} cannot be read: {fault.strerror}.", 2) from fault
    except (ValueError, TypeError) as fault:
        where = ".".join(map(str, fault.errors()[0]["loc"])) if isinstance(fault, ValidationError) else "JSON"
        remedy = "save what `forcegen report NAME --receipt` prints"
        raise Complaint(f"{file} holds no receipt (at {where}): {remedy}.", 2) from fault


def _remade(read: ReadPath, key: str, receipt: Receipt, told: Mapping[str, Any] | None, url: str) -> list[str]:
    """What is wrong with the log, and how the answer that follows from it differs."""
    note, last = receipt.archive["checkpoint"], time.monotonic()

    def tell(records: int, seconds: float) -> None:
        nonlocal last
        if (now := time.monotonic()) - last > TOLD_EVERY_S:
            news().print(f"{records:,} records, {records / max(seconds, 0.001):,.0f} a second")
            last = now

    try:
        keys = verifier.handed_over(key, json.loads(read("handovers")))
        size = verifier.checkpoint(note, keys).size
    except (NotVerified, ValueError) as fault:
        return [f"receipt: its checkpoint: {fault}"]
    with recompute.views(url, receipt) as views:
        report = verifier.verify(recompute.watched(read, views, size), key, note, tell)
        uncovered = [f"{one}: the checkpoint of the receipt does not cover it" for one in views.uncovered]
        try:
            again = views.answer()
        except (Problem, ValidationError) as fault:
            return [*report.findings, *uncovered, f"answer: it cannot be made again: {fault}"]
    same = receipts.digest(again) == receipt.digest
    return [*report.findings, *uncovered, *([] if same else _differences(told, again))]


def _differences(told: Mapping[str, Any] | None, again: Mapping[str, Any]) -> list[str]:
    """Row by row, where the answer is there to compare with."""
    found = ["answer: what follows from the log is another than the receipt says"]
    if told is None:
        return found
    made = json.loads(json.dumps(again, default=str))
    for name in ("columns", "totals", "next", "incomplete"):
        if told.get(name) != made[name]:
            found.append(f"answer: {name}: {told.get(name)}, where the log says {made[name]}")
    then, now = ([json.dumps(row, sort_keys=True) for row in one.get("rows", [])] for one in (told, made))
    found += [f"answer: a row that does not follow from the log: {row}" for row in then if row not in now]
    found += [f"answer: a row that is missing: {row}" for row in now if row not in then]
    return found


@contextmanager
def _postgres(given: str | None) -> Iterator[str]:
    if given:
        yield given
        return
    try:
        stack: Any = import_module("deploy.local.stack")
    except ModuleNotFoundError as fault:
        remedy = "give --scratch postgresql://…, or install forcegen[local]"
        raise Complaint(f"A Postgres is needed to work in, and {fault.name} is not installed: {remedy}.") from fault
    with stack.postgres_for_once() as url:
        yield url
