"""The story of 2013-2024 through the real services: sent through both doors, reported over HTTP, and sent twice."""

import pytest

from cli.demo import golden, run
from deploy.local.endpoints import Endpoints
from kernel.runtime.settings import Settings
from tests.system import RunningSystem

pytestmark = pytest.mark.servers


def test_the_reports_agree_with_the_public_record_and_a_second_sending_is_answered_the_same(
    system: RunningSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    addresses = Endpoints(system.servers.kafka, {name: system.url(name) for name in ("query", "approvals")})
    brokers, news = Settings(kafka_bootstrap=system.servers.kafka), list[str]()
    chapters, refused = run.send_story(addresses, brokers, news.append)
    assert refused == ()
    assert [chapter.repeated for chapter in chapters] == [0] * len(chapters)
    first, second = (run.gather(addresses, brokers, news.append) for _ in range(2))
    assert all(check.holds for check in golden.checks(first.reports))
    for again in (first, second):
        assert [chapter.repeated for chapter in again.chapters] == [chapter.sent for chapter in again.chapters]
    assert second.refused == first.refused
    assert second.reports == first.reports
    assert system.http.get(f"{system.url('query')}/v1/parked").json()["items"] == []
    run.show(second)
    assert max(len(line) for line in capsys.readouterr().out.splitlines() if "http" not in line) <= 100
