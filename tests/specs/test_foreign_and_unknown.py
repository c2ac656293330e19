"""As a sender of one State: a command about what another State has is refused like one about what nobody has."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest

from contracts import deployments, vacancies
from contracts.approvals import ApproveMandate
from contracts.examples import EXAMPLES, enveloped
from contracts.outcome import CommandDecided
from contracts.registry import type_name
from contracts.words import Command, Event
from kernel.decide import decode
from kernel.decide.batch import LoadedState, SettledBatch, settle
from kernel.identity.principal import Principal
from kernel.model.decider import AnyDecider, Claim, RecordedEvent
from kernel.model.records import StreamState
from services.approvals import decider as of_approvals
from services.deployments import decider as of_deployments
from services.vacancies import decider as of_vacancies
from tests import peacekeepers as story
from tests.projection_spec import history
from tests.scope import histories
from tests.specs import deployments_events as line

DECIDERS: Final[Mapping[str, Any]] = {
    "approvals": of_approvals,
    "vacancies": of_vacancies,
    "deployments": of_deployments,
}
DESK = Principal("service_account", "desk", contributors=frozenset({histories.OURS}))
EVERYBODY = replace(DESK, contributors=None)
OF_THE_UN: Final = {
    *(vacancies.RecordMission, vacancies.ChangeMissionStatus, vacancies.AdoptRuleSet, vacancies.AnnounceVacancy),
    *(vacancies.WithdrawVacancy, vacancies.LapseVacancy, vacancies.ReopenVacancy),
}
"""Commands that concern every State: refused by their type, before anything on record is looked at."""
SENT: Final = [
    one for one in EXAMPLES if isinstance(one, Command) and not one.is_internal and type(one) not in OF_THE_UN
]
"""The example of each command that a sender of one State may send."""
CREATING: Final = [
    one for one in SENT if "contributor" in type(one).model_fields and not isinstance(one, deployments.PlanTour)
]
"""Those that name their State: the sender chooses the id of what they create."""
NAMED: Final = {
    **{"mandate": "kz-2013", "supersedes": "kz-2013", "line": "observers", "tour": "t-1", "person": "p-0001"},
    **{"unit": "kazbat", "application": "nv-1", "nomination": "n-1", "vacancy": "v-own"},
    **{"waiver": "w-1", "statement": "s-1"},
}
"""What the history of each State has, with that State's mark, by the fields of commands that name it."""
OF_SOMETHING: Final = [one for one in SENT if one not in CREATING]
"""Those whose State is that of what they are about."""


def states(decider: AnyDecider, service: str, *more: Event) -> dict[str, StreamState]:
    """The streams of a service after the history of two States."""
    streams: dict[str, StreamState] = {}
    for event in [*histories.log(), *history(more)]:
        if event.service == service and isinstance(event.data, Event):
            before = streams.get(event.stream) or StreamState(0, decider.initial(event.stream))
            recorded = RecordedEvent(event.id, event.data, datetime(2014, 9, 1, tzinfo=UTC))
            streams[event.stream] = StreamState(before.version + 1, decider.evolve(before.state, recorded))
    return streams


def about(command: Command, mark: str) -> Command:
    """The command, about things with this mark."""
    ids = {field: f"{name}-{mark}" for field, name in NAMED.items() if getattr(command, field, None) is not None}
    return command.model_copy(update=ids | ({"vacancy": "v-1"} if hasattr(command, "vacancy") else {}))


def answer(command: Command, principal: Principal, *more: Event) -> CommandDecided:
    """The answer of the command's service, which loads whatever its decider reads."""
    service = command.service
    decider, envelope = DECIDERS[service], enveloped(command)
    received = datetime(2024, 3, 12, tzinfo=UTC)
    words = {type_name(type(command)): type(command)}
    one = decode.command(envelope, words, received=received, bytes_max=100_000, principal=principal)
    there, loaded = states(decider, service, *more), dict[str, StreamState]()
    for _ in range(20):
        done: SettledBatch = settle([one], LoadedState({}, loaded, {}), decider)
        if not done.missing_streams:
            assert done.faults == ()
            (outcome,) = done.batch.outcomes
            return outcome.body
        loaded |= {name: there.get(name) or StreamState(0, decider.initial(name)) for name in done.missing_streams}
    raise AssertionError("it reads more and more streams")


def learned(command: Command, mark: str, principal: Principal) -> tuple[object, ...]:
    """All that the sender learns of a command about things with this mark, but for the name that it sent itself."""
    return said(about(command, mark), mark, principal)


def said(command: Command, mark: str, principal: Principal) -> tuple[object, ...]:
    """The answer, with what stands for the mark."""
    body = answer(command, principal)
    texts = (body.reason, body.remedy, body.field, *body.details)
    return (body.status, body.rule, *((text or "").replace(mark, "…") for text in texts))


@pytest.mark.parametrize("command", OF_SOMETHING, ids=lambda command: type(command).__name__)
def test_a_command_about_a_foreign_stream_is_refused_like_one_about_an_unknown_stream(command: Command) -> None:
    assert learned(command, "bravo", DESK) == learned(command, "nobody", DESK)
    assert learned(command, "bravo", DESK)[0] in ("refused", "pending")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (one, field)
        for one in SENT
        for field, name in NAMED.items()
        if field in type(one).model_fields and not (one in CREATING and f"/{getattr(one, field)}" in one.stream)
    ],
    ids=lambda part: part if isinstance(part, str) else type(part).__name__,
)
def test_one_foreign_name_in_a_command_about_ones_own_is_answered_like_an_unknown_one(
    command: Command, field: str
) -> None:
    """Given a command all of whose other names are the sender's own, also where it names a vacancy that another State
    alone may see, since it answers that State's application."""
    ours = about(command, "alpha")
    foreign, unknown = (
        said(ours.model_copy(update={field: f"{NAMED[field]}-{mark}"}), mark, DESK) for mark in ("bravo", "nobody")
    )
    assert foreign == unknown


def test_the_vacancy_that_answers_ones_own_application_is_seen() -> None:
    """So that nomination is no harder for the State that applied."""
    nominate = next(one for one in SENT if isinstance(one, vacancies.NominateCandidate))
    own = about(nominate, "alpha").model_copy(update={"vacancy": "v-own-alpha"})
    assert "v-own-alpha" not in str(answer(own, DESK).reason)
    assert answer(own, DESK).rule == answer(own, EVERYBODY).rule != "unknown"


def test_who_has_a_nomination_for_such_a_vacancy_may_still_withdraw_it() -> None:
    """Given a sender of every State who nominated our person for the vacancy that answers another State's application,
    then we withdraw the nomination ourselves."""
    vacancy = {"vacancy": "v-own-bravo"}
    nominated = histories.marked(story.nominated(), histories.OURS).model_copy(update=vacancy)
    withdraw = next(one for one in SENT if isinstance(one, vacancies.WithdrawNomination))
    body = answer(about(withdraw, "alpha").model_copy(update=vacancy), DESK, nominated)
    assert body.status == "accepted", body


@pytest.mark.parametrize("mark", ["alpha", "bravo"])
@pytest.mark.parametrize("command", OF_SOMETHING, ids=lambda command: type(command).__name__)
def test_no_answer_depends_on_what_another_state_has_on_record(
    monkeypatch: pytest.MonkeyPatch, command: Command, mark: str
) -> None:
    """Given the history of both States, and that of ours alone, then a command has one answer, whosever its names."""
    log = histories.log()
    before = answer(about(command, mark), DESK)
    alone = [one for one in log if not any(of in one.data.model_dump_json() for of in ("bravo", histories.THEIRS))]
    monkeypatch.setattr(histories, "log", lambda: alone)
    assert answer(about(command, mark), DESK) == before


def test_the_papers_of_a_foreign_unit_are_as_unknown_as_those_of_no_unit() -> None:
    """Given a tour of ours that names a unit of another State, or of nobody: the second name is in the stream alone."""
    refusals = [_arrival(f"inf-{mark}", histories.THEIRS) for mark in ("bravo", "nobody")]
    assert refusals[0].replace("bravo", "nobody") == refusals[1]
    assert "no MOU" in refusals[1]
    assert "allows 1" in _arrival("inf-bravo", histories.OURS), "our own unit's papers are seen"


def _arrival(unit: str, owner: str) -> str:
    """Why a tour of ours with this unit may not arrive, where the papers of `inf-bravo` are of this State."""
    papers = {"unit": "inf-bravo", "contributor": owner}
    past: list[Event] = [
        *(line.opened(contributor=histories.OURS), line.mission()),
        *(line.planned("t-9", unit=unit, headcount=2), line.mou(1).model_copy(update=papers)),
        line.visit().model_copy(update=papers),
    ]
    return answer(line.arrive("t-9", headcount=2), DESK, *past).reason or ""


def test_the_same_commands_tell_a_sender_of_every_state_what_is_on_record() -> None:
    """So the silence above is not that of an empty history."""
    differ = [one for one in OF_SOMETHING if learned(one, "bravo", EVERYBODY) != learned(one, "nobody", EVERYBODY)]
    assert len(differ) > 20


@pytest.mark.parametrize("command", CREATING, ids=lambda command: type(command).__name__)
def test_an_id_that_another_state_has_taken_is_refused_and_no_state_named(command: Command) -> None:
    body = answer(about(command, "bravo"), DESK)
    if type(command).service != "deployments":  # whose commands of this kind are about the State's own returns
        assert (body.status, body.rule) == ("refused", "permit")
    assert histories.THEIRS not in str(body)


def test_a_mandate_that_replaces_a_foreign_one_is_refused_like_one_that_replaces_an_unknown_one() -> None:
    """A second stream, which the command names and is not about."""
    approve = next(one for one in EXAMPLES if isinstance(one, ApproveMandate)).model_copy(update={"mandate": "kz-new"})
    answers = [_replacing(approve, f"kz-2013-{mark}") for mark in ("bravo", "nobody")]
    assert answers[0].replace("bravo", "nobody") == answers[1]
    assert "is on record" in answers[1]


def _replacing(approve: ApproveMandate, replaced: str) -> str:
    proposed = story.proposed("kz-new")
    command = approve.model_copy(update={"supersedes": replaced})
    return answer(command, DESK, proposed).reason or ""


def test_who_holds_a_person_already_is_not_named_to_a_sender_of_one_state() -> None:
    claim = Claim("person", "p-1", date(2014, 7, 1), None)
    received: Any = None
    assert "line/" not in of_deployments.claimed(received, claim, None).reason
