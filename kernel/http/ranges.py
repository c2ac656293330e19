"""Range and conditional requests: a file as a whole, a range of it, or only whether it has changed.

Parquet readers (DuckDB, Polars, Arrow) send HEAD, then read the end of a file, and then the columns that they want.
Between their requests a report may change, so each answer carries a strong entity tag (RFC 9110, section 8.8.3), the
digest of the whole: a reader that holds a piece of another version notices that, or sends `If-Match`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from fastapi import Response

from kernel.http.caching import OWN_REVALIDATED
from kernel.http.problem_details import Problem, response
from kernel.http.problem_types import CHANGED, NO_SUCH_RANGE

_RANGE: Final = re.compile(r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))[ \t]*", re.IGNORECASE)
_TAG: Final = re.compile(r'(W/)?"([!#-~\x80-\xff]*)"')


@dataclass(frozen=True, slots=True)
class RangeHeaders:
    """The range and conditional headers of a request; each is None if it was not sent."""

    range: str | None = None
    if_range: str | None = None
    if_match: str | None = None
    if_none_match: str | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "RangeHeaders":
        """Take them from all headers of a request."""
        get = headers.get
        return cls(get("range"), get("if-range"), get("if-match"), get("if-none-match"))


def served(whole: Response, headers: RangeHeaders) -> Response:
    """The file or the requested range of it: 200, 206, 304, 412 or 416 (RFC 9110, sections 13.2.2 and 14).

    `whole` is the answer to a request without these headers. Several ranges, and ranges that are not byte ranges, are
    answered with the whole, as section 14.2 allows.
    """
    body, tag = bytes(whole.body), f'"{sha256(whole.body).hexdigest()[:32]}"'
    whole.headers.update({"Accept-Ranges": "bytes", "ETag": tag, "Cache-Control": OWN_REVALIDATED})
    if headers.if_match is not None and not _names(headers.if_match, tag, weakly=False):
        detail, remedy = "The file is no longer the one that If-Match names.", "Read it anew from the beginning."
        return response(Problem(CHANGED, detail, field="If-Match", remedy=remedy, headers={"ETag": tag}))
    own_headers = {name: value for name, value in whole.headers.items() if name != "content-length"}
    if headers.if_none_match is not None and _names(headers.if_none_match, tag, weakly=True):
        return Response(status_code=304, headers={n: v for n, v in own_headers.items() if n != "content-type"})
    if headers.range is None or (headers.if_range is not None and headers.if_range.strip() != tag):
        return whole
    try:
        wanted = span(headers.range, len(body))
    except LookupError:
        detail, remedy = f"The file has {len(body)} bytes.", "Ask for a range that begins within it."
        past = {"ETag": tag, "Accept-Ranges": "bytes", "Content-Range": f"bytes */{len(body)}"}
        return response(Problem(NO_SUCH_RANGE, detail, field="Range", remedy=remedy, headers=past))
    if wanted is None:
        return whole
    first, last = wanted
    return Response(body[first : last + 1], 206, {**own_headers, "Content-Range": f"bytes {first}-{last}/{len(body)}"})


def span(text: str, length: int) -> tuple[int, int] | None:
    """The first and the last byte of a range; None if the header is to be ignored.

    Raises:
        LookupError: the range lies outside the file.
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    first, last, back = (int(one) if one is not None else None for one in match.groups())
    if first is None:
        if not back or not length:
            raise LookupError(text)
        return max(0, length - back), length - 1
    if last is not None and last < first:
        return None
    if first >= length:
        raise LookupError(text)
    return first, length - 1 if last is None else min(last, length - 1)


def _names(tags: str, tag: str, *, weakly: bool) -> bool:
    if tags.strip() == "*":
        return True
    return any(f'"{match[2]}"' == tag and (weakly or not match[1]) for match in _TAG.finditer(tags))
