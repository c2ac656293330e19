"""What was checked and what is wrong with it, said on one line each: nobody's text passes for the verdict."""

from dataclasses import dataclass, field
from typing import Final

from .merkle_tree import SignedTree

FINDINGS_MAX: Final = 1_000
FINDING_LENGTH_MAX: Final = 2_000


class NotVerified(Exception):
    """The evidence is not what was signed."""


@dataclass
class Verification:
    """What was checked, and everything that is wrong with it, each with the record where one can be named."""

    checkpoint: SignedTree | None = None
    note: str = ""
    records: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)

    def wrong(self, finding: str) -> None:
        """Keep a finding, up to a bound, on one line and safe for a terminal."""
        self.findings[FINDINGS_MAX - 1 :] = []
        self.findings.append(escaped(finding[:FINDING_LENGTH_MAX]))
        if self.full:
            self.findings[-1] = f"{FINDINGS_MAX:,} things are wrong and more: the rest was not looked at"

    @property
    def full(self) -> bool:
        """Whether there are so many findings that further checks show nothing more."""
        return len(self.findings) >= FINDINGS_MAX


def escaped(text: str) -> str:
    """The text with everything escaped that moves a terminal's cursor, ends a line or reorders what is read."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def summary(report: Verification) -> str:
    """The findings, one a line, with the checkpoint last."""
    rate = report.records / report.seconds if report.seconds else 0.0
    ending = f"{len(report.findings)} wrong" if report.findings else "all of it holds"
    counted = f"{report.records:,} records, {rate:,.0f} a second: {ending}"
    return "".join(f"{escaped(line)}\n" for line in (*report.findings, counted, *report.note.splitlines()))
