"""Pictures over HTTP: people over time against ceilings, of a mandate line, of a mission, or of all."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from fastapi import Response

from kernel.http.caching import NOT_AT_ALL
from services.reporting.pages import chart, strength
from services.reporting.pages.catalogue import SHEETS
from services.reporting.pages.chart import StrengthChart
from services.reporting.pages.content import parameters_for, strength_of
from services.reporting.pages.render import Question, environment
from services.reporting.query.session import ReadModel
from services.reporting.query.values import NamedValues
from services.reporting.reports import run
from services.reporting.reports.catalogue import REPORTS

HEADERS: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": NOT_AT_ALL}


async def of_line(question: Question, model: ReadModel) -> Response:
    """A mandate line against its own ceiling; raises `QueryError`."""
    section = next(one for one in SHEETS["line"].sections if one.name == "occupancy")
    async with model.session(question.terms) as session:
        params = parameters_for(section, question, question.path, None)
        result = await run.find(session, REPORTS[section.report], params)
    rows = [row for row in result.rows if row["mission"] is None]
    return _response(chart.strength(rows, question.as_of), rows, question)


async def of_strength(question: Question, model: ReadModel) -> Response:
    """All missions, or one, against the ceilings that cover them; raises `QueryError`."""
    rows = (await strength_of(question, model)).sections["strength"].rows
    return _response(chart.strength(rows, question.as_of, "ceiling"), rows, question)


def _response(drawn: StrengthChart, rows: Sequence[NamedValues], question: Question) -> Response:
    words = question.words
    template = environment().get_template("chart.svg")
    text = template.render(
        chart=drawn,
        summary=strength.summary(rows, words),
        **{"top": chart.TOP, "bottom": chart.BOTTOM},
        **{"_": words.say, "language": words.language},
    )
    # The picture contains its style, so that it looks the same when it is saved; no other style is allowed.
    style = b64encode(sha256(text.partition("<style>")[2].partition("</style>")[0].encode()).digest()).decode()
    policy = {"Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'"}
    headers = {**HEADERS, **policy, "Content-Language": words.language}
    return Response(text, media_type="image/svg+xml", headers=headers)
