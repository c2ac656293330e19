"""Honest commands of several senders, all of which must be accepted whatever is sent beside them.

One after the other they tell small stories: a mandate is proposed and approved, people are screened and planned for
it. What is planned before the line has opened waits, and is accepted in the end; so the policies take part as well.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from tests.foreign import command

Event = dict[str, Any]
SENDERS = ("urn:parliament", "urn:ministry", "urn:un-desk")
TOURS = 3


def ground() -> list[Event]:
    """What must be there before: the mission."""
    fact = {"mission": "UNIFIL", "name": "Interim Force", "host_area": "Lebanon", "established_on": "1978-03-19"}
    return [command("unifil", "vacancies.RecordMission", "mission/UNIFIL", fact, "urn:un-desk")]


def commands(name: str, number: int) -> list[Event]:
    """So many commands; `name` keeps those of one run apart from those of others."""
    return list(islice(_stories(name), number))


def crowd(name: str, number: int) -> list[Event]:
    """So many people who are registered at once: commands of as many streams, in all partitions of one topic."""
    return [next(_person(name, nr)) for nr in range(number)]


def _stories(name: str) -> Iterator[Event]:
    nr = 0
    while True:
        yield from _story(f"{name}-{nr}")
        nr += 1


def _story(name: str) -> Iterator[Event]:
    line = {
        "line": "all",
        "missions": ["UNIFIL"],
        "categories": ["staff_officer"],
        "ceiling": TOURS,
        "valid_from": "2022-07-01",
    }
    proposal = {
        "mandate": name,
        "contributor": "KAZ",
        "proposed_on": "2022-06-01",
        "proposed_by": "President",
        "lines": [line],
    }
    decision = {"act_number": "1-VII", "decided_on": "2022-06-30", "votes_for": 100, "votes_against": 1}
    approval = {"mandate": name, "decision": decision, "in_force_from": "2022-07-01"}
    subject = f"mandate/{name}"
    yield command(f"{name}-propose", "approvals.ProposeMandate", subject, proposal, "urn:parliament")
    yield command(f"{name}-approve", "approvals.ApproveMandate", subject, approval, "urn:parliament")
    for nr in range(TOURS):
        yield from _person(name, nr)


def _person(name: str, nr: int) -> Iterator[Event]:
    person, stream = f"p-{name}-{nr}", f"candidate/p-{name}-{nr}"
    registered = {"person": person, "contributor": "KAZ", "rank": "major", "registered_on": "2022-01-01"}
    screened = {"person": person, "screened_on": "2022-02-01", "english_until": "2030-01-01"}
    plan = {
        "mandate": name,
        "line": "all",
        "tour": f"{name}-{nr}",
        "contributor": "KAZ",
        "mission": "UNIFIL",
        "category": "staff_officer",
        "person": person,
        "rank": "major",
        "planned_from": "2022-07-01",
        "planned_until": "2022-09-01",
    }
    yield command(f"{name}-register-{nr}", "vacancies.RegisterCandidate", stream, registered, "urn:ministry")
    yield command(f"{name}-screen-{nr}", "vacancies.RecordScreening", stream, screened, "urn:ministry")
    yield command(f"{name}-plan-{nr}", "deployments.PlanTour", f"line/{name}/all", plan, "urn:un-desk")
