"""The timeline of one State: what names it, and what is its own; not what the UN or another State does."""

from typing import Any

from contracts import approvals, vacancies
from contracts.words import Event
from tests import peacekeepers as story
from tests.integration.answering import QueryClient, given
from tests.peacekeepers import D

OTHER = {"contributor": "JOR"}
PAST: list[Event] = [
    *(story.mission("MINURSO"), story.proposed(), story.approved(), story.proposed("jo-2013", **OTHER)),
    approvals.ProposalWithdrawn(mandate="jo-2013", withdrawn_on=D("2014-02-01"), reason="another act"),
    *(story.announced(), story.nominated(), story.nominated("n-2", person="p-0002", **OTHER)),
    vacancies.NominationDeclined(vacancy="v-1", nomination="n-2", ended_on=D("2014-05-01"), reason="no visa"),
    *(story.planned(), story.arrived(), story.transferred(), story.departed(mission="UNOCI")),
]


async def kinds(ask: QueryClient, **params: str) -> list[str]:
    rows = await ask.rows("timeline", since="1990-01-01", as_of="2016-01-01", **params)
    return sorted(row["type"].rpartition(".")[2] for row in rows)


async def test_a_state_s_timeline_holds_what_names_it_and_what_is_its_own(postgres_dsn: str) -> None:
    async with given(postgres_dsn, PAST) as ask:
        assert await kinds(ask, contributor="JOR") == [
            *("CandidateNominated", "MandateProposed", "NominationDeclined", "ProposalWithdrawn"),
        ]
        assert await kinds(ask, contributor="KAZ") == [
            *("CandidateNominated", "MandateApproved", "MandateProposed", "TourArrived", "TourDeparted"),
            *("TourPlanned", "TourTransferred"),
        ]
        of_nobody = {"MissionRecorded", "VacancyAnnounced"}
        every = [*await kinds(ask, contributor="KAZ"), *await kinds(ask, contributor="JOR"), *of_nobody]
        assert await kinds(ask) == sorted(every)


async def test_its_pages_list_each_event_once_beside_the_total_of_all(postgres_dsn: str) -> None:
    params = {"since": "1990-01-01", "as_of": "2016-01-01", "contributor": "KAZ"}
    async with given(postgres_dsn, PAST) as ask:
        whole = await ask.report("timeline", **params)
        rows: list[dict[str, Any]] = []
        cursor: str | None = None
        while cursor is not None or not rows:
            page = await ask.report("timeline", limit=2, **params, **({"cursor": cursor} if cursor else {}))
            assert page["totals"] == whole["totals"]
            rows += page["rows"]
            cursor = page["next"]
        assert rows == whole["rows"]
