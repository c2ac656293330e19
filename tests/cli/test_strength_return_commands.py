"""The command that a row of a strength return becomes: the same whenever the file comes again."""

from datetime import UTC, datetime
from uuid import UUID

import orjson

from cli.commands.send.ndjson import CommandLine
from cli.strength_returns.anomalies import Noticing
from cli.strength_returns.commands import command
from cli.strength_returns.rows import ReturnRow
from tests.cli.return_rows import GOOD, PUBLISHED, changed, read


def commands(*lines: bytes, at: datetime = PUBLISHED) -> list[CommandLine]:
    noticing = Noticing()
    return [command(row, noticing.take(row)) for row in read(*lines, at=at) if isinstance(row, ReturnRow)]


def test_a_row_goes_to_its_contributors_stream_with_nothing_that_a_repeat_would_change() -> None:
    (sent,), (again,) = commands(GOOD), commands(GOOD)
    assert sent == again
    assert (sent.service, sent.envelope.subject, sent.envelope.time) == ("deployments", "contributor/XAA", PUBLISHED)
    assert sent.envelope.type == "forcegen.deployments.RecordStrengthReturn"
    assert UUID(sent.envelope.id).version == 5
    assert orjson.loads(sent.envelope.data)["total"] == 110


def test_the_id_is_of_the_row_and_its_publication_and_not_of_its_numbers_or_its_line() -> None:
    (first,) = commands(GOOD)
    (numbers,) = commands(changed("total", "111"))
    assert first.envelope.id == commands(changed("mission", "UNMISS"), GOOD)[1].envelope.id == numbers.envelope.id
    others = [
        *(commands(changed(*other))[0] for other in (("mission", "UNMISS"), ("personnel_type", "staff_officers"))),
        *(commands(changed(*other))[0] for other in (("date", "2012-02-29"), ("contributor_iso3", "XAB"))),
        *commands(GOOD, at=datetime(2013, 1, 1, tzinfo=UTC)),
    ]
    assert len({one.envelope.id for one in [first, *others]}) == 6


def test_a_row_that_comes_twice_is_two_commands_and_each_is_the_same_when_the_file_comes_again() -> None:
    ids = [one.envelope.id for one in commands(GOOD, GOOD, changed("total", "111"))]
    assert len(set(ids)) == 3
    assert ids == [one.envelope.id for one in commands(GOOD, GOOD, changed("total", "111"))]


def test_an_instant_is_the_same_in_every_time_zone() -> None:
    elsewhere = datetime.fromisoformat("2012-03-15T05:00:00+05:00")
    assert commands(GOOD)[0].envelope.id == commands(GOOD, at=elsewhere)[0].envelope.id
