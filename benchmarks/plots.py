"""Bars as SVG, with nothing but text: rates of one line below each other, on a logarithmic scale."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

WIDTH, LABEL, BAR, GAP = 900, 330, 18, 14
"""Pixels: of the picture, of the names, of a bar, between two lines."""
LEAST: Final = 10.0
"""Items a second at the left edge."""
COLOURS: Final = ("#1f6feb", "#8b949e", "#d29922")
FIGURE: Final = 90


def bars(lines: Sequence[tuple[str, Mapping[str, float]]]) -> str:
    """A picture; each line has its name, and rates by their names, the own first."""
    most = max((rate for _, rates in lines for rate in rates.values()), default=LEAST * 10)
    parts, top = [], GAP
    for what, rates in lines:
        parts.append(_text(GAP, top + 13, what, weight="bold"))
        top += BAR + 2
        for colour, (name, rate) in zip(COLOURS, rates.items(), strict=False):
            width = (WIDTH - LABEL - FIGURE) * math.log(max(rate, LEAST) / LEAST) / math.log(most / LEAST)
            parts.append(_text(GAP * 2, top + 13, name))
            parts.append(f'<rect x="{LABEL}" y="{top}" width="{width:.1f}" height="{BAR - 3}" fill="{colour}"/>')
            parts.append(_text(LABEL + width + 6, top + 13, f"{rate:,.0f}/s"))
            top += BAR
        top += GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="sans-serif" font-size="12">'
    )
    ground = f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>'
    return "\n".join([head, "<title>Items a second, logarithmic</title>", ground, *parts, "</svg>", ""])


def _text(left: float, bottom: float, text: str, *, weight: str = "normal") -> str:
    return f'<text x="{left:.1f}" y="{bottom:.1f}" font-weight="{weight}">{escape(text)}</text>'
