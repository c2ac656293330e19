"""A schematic map of missions: a circle at each headquarters, as large as the people there are many, and its number.

The map needs no other host and shows no borders. `land.txt` is the outline of land as an SVG path, in half degrees east
and south: Natural Earth's 1:110m land, which is in the public domain, without small islands and simplified to half a
degree. Labels are moved apart until none covers another, so they stand beside their place and a line leads to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from math import cos, hypot, pi, sin, sqrt
from typing import Final, TypeAlias

GRID: Final = 30
"""Degrees between lines of the grid."""
MARGIN: Final = (14.0, 9.0)
"""Degrees that are shown beside the outermost missions, east and west, and north and south."""
LETTER: Final = 8.6
"""The width of a letter of a label; capitals are wide."""
STEPS: Final = 6
"""How far a label may be moved from its place, in steps of a third of its height."""
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True, slots=True)
class MissionPlace:
    """Where a mission has its headquarters, and how many people are there."""

    mission: str
    longitude: float
    latitude: float
    people: int


@dataclass(frozen=True, slots=True)
class MapSize:
    """A map in units that are about a pixel each."""

    name: str
    width: int
    height_min: int
    height_max: int
    radius_max: float
    height_each: float
    """What each mission adds at least, so that there is a place for its label."""
    label_height: float
    """No less than what a finger needs (WCAG 2.2, 2.5.8: 24 pixels)."""


SIZES: Final = (MapSize("wide", 760, 240, 380, 24, 6, 27), MapSize("narrow", 340, 200, 420, 15, 18, 27))
"""For a wide screen, and for a phone."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mission on the map."""

    place: MissionPlace
    x: float
    y: float
    radius: float
    label: Box
    leads: bool
    """Whether the label stands so far away that a line has to lead to it."""


@dataclass(frozen=True, slots=True)
class MissionMap:
    """A map before it is drawn."""

    size: MapSize
    height: float
    scale: float
    """Units a degree."""
    west: float
    north: float
    meridians: Sequence[int]
    parallels: Sequence[int]
    marks: Sequence[Mark]


@cache
def land() -> str:
    """The outline of land, in half degrees."""
    return files(__package__).joinpath("land.txt").read_text(encoding="ascii").strip()


@lru_cache(256)
def drawn(places: tuple[MissionPlace, ...], size: MapSize) -> MissionMap:
    """The part of the world in which the missions are, with a mark for each; there is at least one."""
    easts, norths = [one.longitude for one in places], [one.latitude for one in places]
    spans = (max(60.0, max(easts) - min(easts) + 2 * MARGIN[0]), max(30.0, max(norths) - min(norths) + 2 * MARGIN[1]))
    scale = min(size.width / spans[0], size.height_max / spans[1])
    height = round(max(spans[1] * scale, size.height_min, len(places) * size.height_each), 1)
    west = (max(easts) + min(easts) - size.width / scale) / 2
    north = (max(norths) + min(norths) + height / scale) / 2
    most = max(1, *(one.people for one in places), 1)
    points = {
        one: (
            round((one.longitude - west) * scale, 1),
            round((north - one.latitude) * scale, 1),
            round(4 + (size.radius_max - 4) * sqrt(one.people / most), 1),
        )
        for one in sorted(places, key=lambda one: (-one.people, one.mission))
    }
    labels = _labels(points, size, height)
    return MissionMap(
        size=size,
        height=height,
        scale=round(scale, 4),
        west=round(west, 2),
        north=round(north, 2),
        meridians=[nr for nr in range(-180, 181, GRID) if west < nr < west + size.width / scale],
        parallels=[nr for nr in range(-90, 91, GRID) if north - height / scale < nr < north],
        marks=[Mark(one, *points[one], *labels[one]) for one in points],
    )


Point: TypeAlias = tuple[float, float, float]


def _labels(points: dict[MissionPlace, Point], size: MapSize, height: float) -> dict[MissionPlace, tuple[Box, bool]]:
    """Where each label stands, and whether that is away from its place; none covers a circle or another label."""
    circles = [(x - radius, y - radius, x + radius, y + radius) for x, y, radius in points.values()]
    labels = dict[MissionPlace, tuple[Box, bool]]()
    for one, point in points.items():
        width = LETTER * len(f"{one.mission} {one.people}") + 8
        others = [box for box, _ in labels.values()]
        near = (
            (box, away)
            for box, away in _candidates(point, width, size.label_height)
            if box[0] >= 0 and box[1] >= 0 and box[2] <= size.width and box[3] <= height
        )
        placed = chain(near, _slots(point, width, size, height))
        free = (one for one in placed if not any(touch(one[0], other) for other in (*others, *circles)))
        crowded = (
            one for one in _slots(point, width, size, height) if not any(touch(one[0], other) for other in others)
        )
        labels[one] = next(chain(free, crowded, _slots(point, width, size, height)))
    return labels


def _slots(point: Point, width: float, size: MapSize, height: float) -> Iterator[tuple[Box, bool]]:
    """Boxes all over the picture, the nearest first."""
    boxes = [
        (float(left), float(top), round(left + width, 1), top + size.label_height)
        for left in range(0, int(size.width - width), 9)
        for top in range(0, int(height - size.label_height), 9)
    ]
    boxes.sort(key=lambda box: hypot((box[0] + box[2]) / 2 - point[0], (box[1] + box[3]) / 2 - point[1]))
    yield from ((box, True) for box in boxes)


def _candidates(point: Point, width: float, height: float) -> Iterator[tuple[Box, bool]]:
    """Boxes around a circle, the nearest first, right of it before all others."""
    x, y, radius = point
    for step in range(STEPS):
        away = radius + 3 + step * height / 3
        for turn in (0, 8, 4, 12, 2, 14, 6, 10, 1, 15, 7, 9, 3, 13, 5, 11):
            east, south = cos(turn * pi / 8), sin(turn * pi / 8)
            middle = (x + east * (away + width / 2), y + south * (away + height / 2))
            left, top = round(middle[0] - width / 2, 1), round(middle[1] - height / 2, 1)
            yield (left, top, round(left + width, 1), round(top + height, 1)), step > 1


def touch(one: Box, other: Box) -> bool:
    """Whether two boxes have a part in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
