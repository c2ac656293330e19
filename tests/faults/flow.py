"""Commands as three other systems would send them, in thousands, all of which a service can decide at once."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, zip_longest
from typing import Any

from tests.foreign import command

MANDATES = 20
TOURS, CANDIDATES, PROPOSALS = 400, 300, 196
"""Of each, in one part of the flow."""
COMMANDS = TOURS * 3 + CANDIDATES * 2 + PROPOSALS
"""In one part: 1,200 for deployments, 600 for vacancies, 196 for approvals."""
Event = dict[str, Any]
DECISION = {"act_number": "1-VII", "decided_on": "2022-06-30"}


def line_of(nr: int) -> dict[str, str]:
    return {"mandate": f"m-{nr % MANDATES}", "line": "all"}


def ground() -> list[Event]:
    """What must be there first: one mission, and mandates that are approved."""
    fact = {
        "mission": "UNIFIL",
        "name": "UN Interim Force in Lebanon",
        "host_area": "Lebanon",
        "established_on": "1978-03-19",
    }
    events = [command("unifil", "vacancies.RecordMission", "mission/UNIFIL", fact)]
    for nr in range(MANDATES):
        mandate = f"m-{nr}"
        approval = {"mandate": mandate, "decision": DECISION, "in_force_from": "2022-07-01"}
        events.append(proposal(f"propose-{mandate}", mandate))
        events.append(command(f"approve-{mandate}", "approvals.ApproveMandate", f"mandate/{mandate}", approval))
    return events


def proposal(id_: str, mandate: str) -> Event:
    line = {
        "line": "all",
        "missions": ["UNIFIL"],
        "categories": ["staff_officer"],
        "ceiling": 60,
        "valid_from": "2022-07-01",
    }
    data = {
        "mandate": mandate,
        "contributor": "KAZ",
        "proposed_on": "2022-06-01",
        "proposed_by": "President",
        "lines": [line],
    }
    return command(id_, "approvals.ProposeMandate", f"mandate/{mandate}", data)


def tour(nr: int) -> list[Event]:
    """A tour from plan to departure; those of one line follow each other, thirty of them at a time."""
    begin = date(2022, 7, 1) + timedelta(days=3 * (nr // MANDATES))
    end = begin + timedelta(days=90)
    own = {**line_of(nr), "tour": f"t-{nr}"}
    stream = f"line/{own['mandate']}/all"
    plan = {
        **own,
        "contributor": "KAZ",
        "mission": "UNIFIL",
        "category": "staff_officer",
        "person": f"p-{nr}",
        "rank": "major",
        "planned_from": begin.isoformat(),
        "planned_until": end.isoformat(),
    }
    arrival = {**own, "arrived_on": begin.isoformat()}
    departure = {**own, "departed_on": end.isoformat(), "reason": "rotation", "payer": "un"}
    return [
        command(f"plan-{nr}", "deployments.PlanTour", stream, plan),
        command(f"arrive-{nr}", "deployments.RecordArrival", stream, arrival),
        command(f"depart-{nr}", "deployments.RecordDeparture", stream, departure),
    ]


def candidate(nr: int) -> list[Event]:
    own = {"person": f"p-{nr}"}
    stream = f"candidate/p-{nr}"
    registered = {**own, "contributor": "KAZ", "rank": "major", "registered_on": "2022-01-01"}
    screened = {**own, "screened_on": "2022-02-01", "english_until": "2030-01-01"}
    return [
        command(f"register-{nr}", "vacancies.RegisterCandidate", stream, registered),
        command(f"screen-{nr}", "vacancies.RecordScreening", stream, screened),
    ]


def commands(parts: int) -> Iterator[Event]:
    """So many parts of 1,996 commands, evenly mixed; 41 more are the ground."""
    tours = (tour(nr) for nr in range(TOURS * parts))
    candidates = (candidate(nr) for nr in range(CANDIDATES * parts))
    proposals = ([proposal(f"propose-x-{nr}", f"x-{nr}")] for nr in range(PROPOSALS * parts))
    mixed: Iterator[tuple[list[Event], ...]] = zip_longest(tours, candidates, proposals, fillvalue=[])
    for together in mixed:
        yield from chain.from_iterable(together)
