"""Verifies that a report follows from the log: checks the file, the log and the recomputed report by the receipt."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from pydantic import ValidationError

from contracts.json_object import JsonObject
from operations.audit_log import ReadPath
from operations.errors import InvalidRequest, OperationError
from operations.progress import ReportRate
from operations.recompute_report import recomputed_views, watched
from services.audit.verify import verifier
from services.audit.verify.verifier import NotVerified
from services.reporting.query.errors import QueryError
from services.reporting.reports import receipts
from services.reporting.reports.receipts import Receipt


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """The result of checking a receipt."""

    report: str
    as_of: str
    findings: Sequence[str]
    """The faults; if there are none, the report follows from the log."""
    projection_then: str
    projection_now: str
    """The versions of the code that computes reports, at the time of the receipt and now."""
    said_by: Mapping[str, int]
    """Who said the events before the receipt's positions, as the services verified, and how many each; most first."""


def verify_receipt(file: Path, key: str, read: ReadPath, scratch: str | None, report_rate: ReportRate) -> ReceiptCheck:
    """Check the file and the log, and recompute the report in the Postgres at `scratch`, or in one started for it.

    Raises:
        InvalidRequest: the file holds no receipt.
        OperationError: there is no Postgres to work in.
    """
    answer, receipt = _read_receipt(file)
    findings = []
    if answer is not None and receipts.digest(answer) != receipt.digest:
        findings.append("answer: it is not the one that the receipt was given for: somebody changed the file")
    with _scratch_postgres(scratch) as url:
        again, said_by = _recompute(read, key, receipt, answer, url, report_rate)
    as_of, findings = str(receipt.parameters["as_of"]), [*findings, *again]
    return ReceiptCheck(receipt.report, as_of, findings, receipt.projection, receipts.code_version(), said_by)


def _read_receipt(file: Path) -> tuple[JsonObject | None, Receipt]:
    """The answer, if the file has it, and its receipt."""
    try:
        content = json.loads(file.read_bytes())
        has_answer = "receipt" in content
        return content if has_answer else None, Receipt.model_validate(content["receipt"] if has_answer else content)
    except OSError as error:
        raise InvalidRequest(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) if isinstance(error, ValidationError) else "JSON"
        remedy = "save what `forcegen report NAME --receipt` prints"
        raise InvalidRequest(f"{file} holds no receipt (at {place}): {remedy}.") from error


def _recompute(
    read: ReadPath, key: str, receipt: Receipt, answer: JsonObject | None, url: str, report_rate: ReportRate
) -> tuple[list[str], Mapping[str, int]]:
    """The faults of the log, and how the answer that follows from it differs; and who said what it follows from."""
    note = receipt.archive["checkpoint"]
    try:
        keys = verifier.handed_over(key, json.loads(read("handovers")))
        size = verifier.checkpoint(note, keys).size
    except (NotVerified, ValueError) as error:
        return [f"receipt: its checkpoint: {error}"], {}
    with recomputed_views(url, receipt) as views:
        report = verifier.verify(watched(read, views, size), key, note, report_rate)
        uncovered = [f"{record}: the checkpoint of the receipt does not cover it" for record in views.uncovered]
        try:
            again = views.answer()
        except (QueryError, ValidationError) as error:
            return [*report.findings, *uncovered, f"answer: it cannot be made again: {error}"], {}
    is_same = receipts.digest(again) == receipt.digest
    findings = [*report.findings, *uncovered, *([] if is_same else _differences(answer, again))]
    return findings, dict(views.said_by.most_common())


def _differences(answer: JsonObject | None, again: JsonObject) -> list[str]:
    """The differences row by row, if there is an answer to compare with."""
    differences = ["answer: what follows from the log is another than the receipt says"]
    if answer is None:
        return differences
    recomputed = json.loads(json.dumps(again, default=str))
    for name in ("columns", "totals", "next", "incomplete"):
        if answer.get(name) != recomputed[name]:
            differences.append(f"answer: {name}: {answer.get(name)}, where the log says {recomputed[name]}")
    then, now = ([json.dumps(row, sort_keys=True) for row in one.get("rows", [])] for one in (answer, recomputed))
    differences += [f"answer: a row that does not follow from the log: {row}" for row in then if row not in now]
    differences += [f"answer: a row that is missing: {row}" for row in now if row not in then]
    return differences


@contextmanager
def _scratch_postgres(given: str | None) -> Iterator[str]:
    if given:
        yield given
        return
    try:
        stack = import_module("deploy.local.stack")
    except ModuleNotFoundError as error:
        remedy = "give --scratch postgresql://…, or install forcegen[local]"
        raise OperationError(
            f"A Postgres is needed to work in, and {error.name} is not installed: {remedy}."
        ) from error
    with stack.postgres_for_once() as url:
        yield url
