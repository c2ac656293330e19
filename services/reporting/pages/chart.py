"""People on a mandate line over time against its ceiling, as a picture; the table below it tells the same."""

import sys
import warnings
from collections.abc import Sequence
from datetime import date
from typing import Final

from services.reporting.pages.i18n import Words
from services.reporting.query.values import NamedValues

with warnings.catch_warnings():  # it leaves a finder of plugins among those of imports, made for Pythons before 3.4
    warnings.simplefilter("ignore")
    import pygal
    from pygal.style import Style

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

_STYLE: Final = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#5b6472",
    foreground_strong="#5b6472",
    foreground_subtle="#c3c9d2",
    colors=("#1f6feb", "#c4501b"),
    guide_stroke_color="#c3c9d2",
    major_guide_stroke_color="#c3c9d2",
    guide_stroke_dasharray="1,6",
    major_guide_stroke_dasharray="1,6",
    font_family="system-ui, sans-serif",
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=14,
    opacity=".25",
    opacity_hover=".4",
)


def occupancy(rows: Sequence[NamedValues], as_of: date, words: Words) -> bytes:
    """An SVG: rows of the report `occupancy` of one line, as steps from one change to the next."""
    chart = pygal.DateLine(
        style=_STYLE,
        width=960,
        height=320,
        show_dots=False,
        explicit_size=False,
        include_x_axis=True,
        legend_at_bottom=True,
        x_label_rotation=0,
        disable_xml_declaration=True,
        js=[],
        x_value_formatter=lambda day: str(day.year),
        value_formatter=words.number,
    )
    chart.x_labels = [date(year, 1, 1) for year in range(rows[0]["day"].year, as_of.year + 2)] if rows else []
    chart.add(words.say("People"), _steps(rows, "people", as_of), fill=True)
    chart.add(words.say("Ceiling"), _steps(rows, "limit", as_of), stroke_style={"width": 3})
    drawn: bytes = chart.render()
    return drawn


def _steps(rows: Sequence[NamedValues], column: str, as_of: date) -> list[tuple[date, int]]:
    """Each value from its day to the day of the next: two points, so that the line is level between them."""
    ends = [row["until"] or as_of for row in rows]
    return [
        (day, row[column]) for row, end in zip(rows, ends, strict=True) for day in (row["day"], max(end, row["day"]))
    ]
