"""A command that is good by itself, and leads to what nothing behind the door can hold, is refused and not a fault."""

from datetime import date

from contracts.approvals import MandateExpired
from contracts.vacancies import VacancyFilled
from contracts.words import Command
from kernel.decide.command_handler import CommandHandler
from kernel.model.decider import Decision, ReceivedCommand, States
from kernel.store.memory import MemoryStore
from tests.kernel.door import Counting, reject


class Reckoning(Counting):
    """Reckons a day from what it is asked, as a tour's last day is; and has a defect of its own."""

    def decide(self, command: ReceivedCommand[Command], states: States, /) -> Decision:
        match command.id:
            case "beyond":
                return [VacancyFilled(vacancy="v-1", filled_on=date(2200, 1, 1))]
            case "large":
                return [MandateExpired(mandate="kz-1", ends_on=date(2024, 1, 1), reason="", lines=("a" * 64,) * 20_000)]
            case "defect":
                return [VacancyFilled(vacancy="NO SLUG", filled_on=date(2024, 1, 1))]
        return super().decide(command, states)


async def test_a_day_beyond_the_calendar_that_a_command_leads_to_is_refused_with_its_name() -> None:
    handler = CommandHandler(
        Reckoning(), MemoryStore(), service="counting", streams_cached_max=9, appended=lambda: None
    )
    before, beyond, after = await handler.handle([reject("c-1"), reject("beyond"), reject("c-2")])
    assert (before.status, beyond.status, after.status) == ("accepted", "refused", "accepted")
    assert beyond.rule == "limits"
    assert "filled_on" in (beyond.reason or "")
    assert "2199-12-31" in (beyond.reason or "")
    assert beyond.remedy


async def test_an_event_that_no_record_carries_is_refused_before_it_is_recorded() -> None:
    handler = CommandHandler(
        Reckoning(), MemoryStore(), service="counting", streams_cached_max=9, appended=lambda: None
    )
    large, after = await handler.handle([reject("large"), reject("c-2")])
    assert (large.status, large.rule, after.status) == ("refused", "limits", "accepted")
    assert [event.version for event in after.events] == [1]
    assert "1,000,000" in (large.reason or "")


async def test_an_event_that_does_not_fit_its_contract_otherwise_is_a_defect_and_reported_as_one() -> None:
    handler = CommandHandler(
        Reckoning(), MemoryStore(), service="counting", streams_cached_max=9, appended=lambda: None
    )
    (defect,) = await handler.handle([reject("defect")])
    assert (defect.status, defect.rule) == ("refused", "fault")
