"""What is odd in a strength return that can be read."""

from collections import Counter

from cli.strength_returns.anomalies import GROUPS_MAX, LINES_MAX, Noticing, ranges
from cli.strength_returns.rows import ReturnRow
from tests import returns
from tests.cli.return_rows import GOOD, changed, read


def noticed(*lines: bytes) -> Noticing:
    noticing = Noticing()
    for row in read(*lines):
        assert isinstance(row, ReturnRow), row
        noticing.take(row)
    return noticing


def test_parts_that_make_no_total_are_noticed_and_unknown_ones_may_be_anything() -> None:
    lines = [
        b"2012-01-31,XAA,State 0,UNIFIL,troops," + counts for counts in (b"1,2,4", b"5,,4", b",2,4", b"3,,", b",,4")
    ]
    lines = [line.replace(b"UNIFIL", b"UNIFIL%d" % nr) for nr, line in enumerate(lines)]
    (group,) = noticed(*lines).groups
    assert (group.kind, group.count, group.lines) == ("does_not_add_up", 2, [2, 3])


def test_a_month_that_ends_early_is_noticed_with_its_rows() -> None:
    lines = [changed("date", day) for day in ("2012-02-28", "2012-02-29", "2013-02-28", "2012-04-01")]
    groups = [(group.kind, group.what[:10], group.lines) for group in noticed(*lines).groups]
    assert groups == [("odd_month_end", "2012-02-28", [2]), ("odd_month_end", "2012-04-01", [5])]


def test_rows_that_come_twice_are_noticed_whether_they_agree_or_not() -> None:
    groups = noticed(GOOD, GOOD, changed("total", "111"), changed("mission", "UNMISS")).groups
    duplicates = {group.lines[0]: group.what for group in groups if group.kind == "duplicate"}
    assert "the same numbers (first in line 2)" in duplicates[3]
    assert "other numbers (first in line 2)" in duplicates[4]
    assert set(duplicates) == {3, 4}


def test_several_spellings_of_a_state_are_noticed() -> None:
    other = [b"2012-01-31,XAB,State 1,UNIFIL,troops,1,1,2", b"2012-01-31,XAA,State Nought,UNMISS,troops,1,1,2"]
    (group,) = noticed(GOOD, *other).groups
    assert (group.kind, group.lines) == ("spelling", [4])
    assert group.what == "XAA is 'State Nought' here and 'State 0' in line 2"


def test_what_is_noticed_is_bounded_and_all_of_it_counted() -> None:
    twice = returns.rows(20, 6)
    groups = noticed(*(line.encode() for line in [*twice, *twice])).groups
    assert len(twice) > GROUPS_MAX
    counts = Counter(group.kind for group in groups)
    assert sum(counts.values()) <= GROUPS_MAX + 4
    assert sum(group.count for group in groups if group.kind == "duplicate") == len(twice)
    assert max(len(group.lines) for group in groups) <= LINES_MAX


def test_line_numbers_are_reported_in_ranges() -> None:
    assert list(ranges([4, 7, 8, 9, 12])) == ["4", "7-9", "12"]


def test_the_made_up_rows_hold_every_oddity() -> None:
    lines = returns.odd(returns.rows(2, 2))
    kinds = {group.kind for group in noticed(*(line.encode() for line in lines)).groups}
    assert kinds == {"does_not_add_up", "odd_month_end", "duplicate", "spelling"}
