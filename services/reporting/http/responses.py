"""A result over HTTP: as JSON, or as a file with headers for what the file cannot express."""

from fastapi import Response

from services.reporting.reports import formats
from services.reporting.reports.formats import ReportResult
from services.reporting.spreadsheets.workbook import MEDIA_TYPE


def json_response(body: object) -> Response:
    """A JSON response; days and instants are written as ISO 8601."""
    return Response(formats.json_bytes(body), media_type="application/json")


def report_json(name: str, result: ReportResult) -> Response:
    """A report as JSON."""
    return json_response(formats.as_json(name, result))


def csv_file(name: str, result: ReportResult, text: str, language: str = "") -> Response:
    """An answer as CSV; `language` is empty if nothing in it depends on one."""
    headers = _headers(name, result, "csv") | _spoken(language)
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def workbook_file(name: str, result: ReportResult, content: bytes, language: str) -> Response:
    """An answer as a workbook."""
    return Response(content, media_type=MEDIA_TYPE, headers=_headers(name, result, "xlsx") | _spoken(language))


def report_parquet(name: str, result: ReportResult) -> Response:
    """A report as Parquet."""
    content = formats.as_parquet(name, result)
    return Response(content, media_type=formats.PARQUET, headers=_headers(name, result, "parquet"))


def _spoken(language: str) -> dict[str, str]:
    return {"Content-Language": language, "Vary": "Accept-Language"} if language else {}


def _headers(name: str, result: ReportResult, suffix: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}-{result.as_of}.{suffix}"',
        "Forcegen-As-Of": result.as_of.isoformat(),
        **({"Forcegen-As-Known-At": result.as_known_at.isoformat()} if result.as_known_at else {}),
        "Forcegen-Incomplete": str(result.incomplete).lower(),
        **({"Forcegen-Next": result.next} if result.next else {}),
        **({"Forcegen-Freshness": result.freshness.state} if result.freshness else {}),
    }
