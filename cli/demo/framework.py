"""The steps around the people: missions, mandates, documents, applications, vacancies, and officials' statements."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from itertools import groupby

from cli.demo.steps import Step
from cli.demo.tables import RECONSTRUCTION, Row, StoryLine, StoryMandate, day, mandates, rows, words
from contracts import approvals, deployments, vacancies
from contracts.words import Decision, LineTerms

CONTRIBUTOR = "KAZ"
PUBLISHED_AT = time(12)
"""When the UN publishes a return, in UTC."""


def steps() -> Iterator[Step]:
    """Every step of the framework in which people serve."""
    yield _rule_set()
    for row in rows("missions"):
        yield _mission(row)
    for row in rows("mission_changes"):
        yield _mission_change(row)
    for mandate in mandates():
        yield from _mandate(mandate)
    yield from _documents()
    for row in rows("applications"):
        yield from _application(row)
    for row in rows("vacancies"):
        yield from _vacancy(row)
    for row in rows("statements"):
        yield _statement(row)
    for row in rows("returns"):
        yield _return(row)


def _rule_set() -> Step:
    """The ministry's criteria of 2014: captain to colonel, UN course, guiding documents, English, driving."""
    on = day("2014-01-01")
    command = vacancies.AdoptRuleSet(
        version="kz-2014",
        in_force_from=on,
        authority="Requirements that the Ministry of Defence stated in 2014",
        rank_min="captain",
        rank_max="colonel",
    )
    return Step(on, command, "kz-2014", "public record", "tengri-2014")


def _mission(row: Row) -> Step:
    facts = {name: row[name] for name in ("mission", "name", "host_area")}
    command = vacancies.RecordMission(**facts, established_on=day(row["established_on"]))
    return Step(day(row["first_named_on"]), command, row["mission"], row["basis"], row["source"])


def _mission_change(row: Row) -> Step:
    facts = {name: row[name] for name in ("mission", "status", "authority")}
    command = vacancies.ChangeMissionStatus.model_validate({**facts, "since": day(row["since"])})
    return Step(command.since, command, f"{command.mission}-{command.status}", row["basis"], row["source"])


def _mandate(row: StoryMandate) -> Iterator[Step]:
    slug, voted, source = row["mandate"], day(row["voted_on"]), row["sources"][0]
    proposal = approvals.ProposeMandate(
        mandate=slug,
        contributor=CONTRIBUTOR,
        proposed_on=voted,
        proposed_by="President of Kazakhstan",
        legal_basis="Constitution, article 53, subparagraph 5",
        area=row["area"],
        tasks=row["tasks"],
        lines=tuple(_line(line, row["voted_on"]) for line in row["lines"]),
    )
    vote = Decision(act_number=row["act"], decided_on=voted, votes_for=row["votes_for"])
    approval = approvals.ApproveMandate(mandate=slug, decision=vote, in_force_from=voted, version=1)
    yield Step(voted, proposal, slug, row["basis"], source)
    yield Step(voted, approval, slug, row["basis"], source)


def _line(line: StoryLine, voted_on: str) -> LineTerms:
    subs = [{"mission": mission, "ceiling": most} for mission, most in line["sub_ceilings"].items()]
    terms: dict[str, object] = {**line, "sub_ceilings": tuple(subs), "valid_from": day(voted_on)}
    terms |= {"missions": tuple(line["missions"]), "categories": tuple(line["categories"])}
    return LineTerms.model_validate(terms)


def _documents() -> Iterator[Step]:
    """The documents that each operation requires, then those on record; an empty document is required but missing."""
    for (mandate, mission), group in groupby(rows("documents"), lambda row: (row["mandate"], row["mission"])):
        papers = list(group)
        since, about = day(papers[0]["required_from"]), f"{mandate}-{mission}"
        place = {"mandate": mandate, "mission": mission}
        needed = {**place, "kinds": tuple(row["kind"] for row in papers), "required_from": since}
        required = approvals.RequireLegalDocuments.model_validate(needed)
        yield Step(since, required, about, RECONSTRUCTION, papers[0]["source"])
        for row in (row for row in papers if row["document"]):
            paper = {**place, "kind": row["kind"], "document": row["document"], "dated": day(row["dated"])}
            command = approvals.RecordLegalDocument.model_validate(paper)
            yield Step(max(since, command.dated), command, f"{about}-{row['kind']}", row["basis"], row["source"])


def _application(row: Row) -> Iterator[Step]:
    slug, submitted = row["application"], day(row["submitted_on"])
    offer = {
        "application": slug,
        "contributor": CONTRIBUTOR,
        "mandate": row["mandate"],
        "missions": words(row["missions"]),
        "categories": words(row["categories"]),
        "number": int(row["number"]),
        "note_verbale": row["note_verbale"],
        "submitted_on": submitted,
    }
    yield Step(submitted, vacancies.SubmitApplication.model_validate(offer), slug, row["basis"], row["source"])
    if row["acknowledged_on"]:
        on = day(row["acknowledged_on"])
        receipt = vacancies.AcknowledgeApplication(application=slug, reference=f"Receipt of {on}", acknowledged_on=on)
        yield Step(on, receipt, slug, RECONSTRUCTION, row["source"])
    if row["withdrawn_on"]:
        on = day(row["withdrawn_on"])
        end = vacancies.WithdrawApplication(application=slug, withdrawn_on=on, reason=row["withdrawn_why"])
        yield Step(on, end, slug, RECONSTRUCTION, row["source"])


def _vacancy(row: Row) -> Iterator[Step]:
    slug, announced = row["vacancy"], day(row["announced_on"])
    opening = {
        "vacancy": slug,
        "mission": row["mission"],
        "category": row["category"],
        "number": int(row["number"]),
        "tour_months": int(row["tour_months"]),
        "announced_on": announced,
        "post": slug if row["single_post"] == "yes" else None,
        "application": row["application"],
    }
    yield Step(announced, vacancies.AnnounceVacancy.model_validate(opening), slug, row["basis"], row["source"])
    if row["withdrawn_on"]:
        on = day(row["withdrawn_on"])
        end = vacancies.WithdrawVacancy(vacancy=slug, ended_on=on, reason=row["withdrawn_why"])
        yield Step(on, end, slug, row["basis"], row["source"])


def _return(row: Row) -> Step:
    """A row of a return, entered on the day on which the UN published it."""
    published = day(row["published_on"])
    counts = {name: int(row[name]) if row[name] else None for name in ("male", "female", "total")}
    facts = {
        "as_of": day(row["as_of"]),
        "contributor_as_published": row["as_published"],
        "published_at": datetime.combine(published, PUBLISHED_AT, UTC),
        "source": "UN strength return",
        **{name: row[name] for name in ("contributor", "mission", "personnel_type")},
    }
    command = deployments.RecordStrengthReturn.model_validate(facts | counts)
    about = f"{row['as_of']}-{row['contributor']}-{row['mission']}-{row['personnel_type']}"
    return Step(published, command, about, row["basis"], row["source"])


def _statement(row: Row) -> Step:
    facts = {
        "contributor": CONTRIBUTOR,
        "as_of": day(row["as_of"]),
        "since": day(row["since"]) if row["since"] else None,
        "missions": words(row["missions"]),
        "categories": words(row["categories"]),
        "value": int(row["value"]),
        **{name: row[name] for name in ("statement", "measure", "qualifier", "source")},
    }
    command = deployments.RecordOfficialStatement.model_validate(facts)
    return Step(command.as_of, command, row["statement"], row["basis"], row["source"])
