"""Invented strength returns in the format of the published ones: no State and no number in them is real.

Like the published ones, they contain odd rows: parts that do not add up, blanks, a month that ends early, rows repeated
with the same and with other numbers, a State that is spelled in two ways.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from random import Random

HEADER = "date,contributor_iso3,contributor_as_published,mission,personnel_type,male,female,total"
MISSIONS = ("MINUSTAH", "MONUSCO", "UNIFIL", "UNMISS", "MINURSO")
TYPES = ("troops", "experts_on_mission", "individual_police", "staff_officers")
EARLY = date(2012, 2, 28)
"""The last day of that month was the 29th."""


def months(count: int) -> Iterator[date]:
    """Month ends from January 2012 on, one of them a day early."""
    for nr in range(count):
        year, month = 2012 + nr // 12, nr % 12 + 1
        yield EARLY if (year, month) == (2012, 2) else date(year, month, monthrange(year, month)[1])


def state(nr: int) -> str:
    """A code that ISO 3166 gives to nobody (user-assigned: XAA to XZZ)."""
    return f"X{chr(ord('A') + nr // 26)}{chr(ord('A') + nr % 26)}"


def rows(states: int, month_count: int, *, a_month: int = 14, seed: int = 7) -> list[str]:
    """`a_month` rows for each State and month, without a header and without duplicates."""
    random = Random(seed)  # noqa: S311
    kinds = [(mission, kind) for mission in MISSIONS for kind in TYPES][:a_month]
    made = []
    for day in months(month_count):
        for nr in range(states):
            for mission, kind in kinds:
                male, female = random.randrange(900), random.randrange(40)
                made.append(f"{day},{state(nr)},State {nr},{mission},{kind},{male},{female},{male + female}")
    return made


def odd(rows: list[str]) -> list[str]:
    """The same rows with every oddity added; all of them can still be read."""
    day, *_ = rows[0].split(",")
    more = [
        rows[0],
        f"{day},XAA,State 0,MINUSTAH,troops,1,1,2",
        f"{day},XAA,State Nought,UNFICYP,troops,3,4,9",
        f"{day},XAA,State 0,UNDOF,troops,,,12",
        f'{day},XAA,"State 0, Republic of",UNTSO,experts_on_mission,,2,',
    ]
    return [*rows, *more]


def file(rows: list[str]) -> bytes:
    """The file that holds these rows."""
    return "".join(f"{line}\n" for line in [HEADER, *rows]).encode()
