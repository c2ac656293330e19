"""An observer's post in Western Sahara and a company for Lebanon, as messages of the vacancies service."""

from datetime import date

from contracts import vacancies
from contracts.examples.approvals import CONTINGENT
from contracts.examples.build import event_from
from contracts.words import Command, Event

mission = vacancies.RecordMission(
    mission="MINURSO",
    name="United Nations Mission for the Referendum in Western Sahara",
    host_area="Western Sahara",
    established_on=date(1991, 4, 29),
)
mission_status = vacancies.ChangeMissionStatus(
    mission="MINUSMA", status="drawdown", since=date(2023, 6, 30), authority="S/RES/2690 (2023)"
)
apply_ = vacancies.SubmitApplication(
    application="kz-2014-observers",
    contributor="KAZ",
    mandate="kz-2013",
    missions=("MINURSO", "UNOCI"),
    categories=("military_observer",),
    number=20,
    note_verbale="NV/2014/031",
    submitted_on=date(2014, 3, 8),
)
acknowledge = vacancies.AcknowledgeApplication(
    application="kz-2014-observers", reference="DPKO/FGS/2014/112", acknowledged_on=date(2014, 3, 21)
)
withdraw_application = vacancies.WithdrawApplication(
    application="kz-2014-observers", withdrawn_on=date(2015, 1, 12), reason="Every officer has been placed"
)
announce = vacancies.AnnounceVacancy(
    vacancy="minurso-milob-07",
    mission="MINURSO",
    category="military_observer",
    number=1,
    rank_min="captain",
    rank_max="lieutenant_colonel",
    skills=("English", "Manual gearbox"),
    tour_months=12,
    announced_on=date(2014, 5, 5),
    deadline=date(2014, 6, 30),
    post="milob-07",
    application="kz-2014-observers",
)
withdraw_vacancy = vacancies.WithdrawVacancy(
    vacancy="unoci-milob-02", ended_on=date(2014, 9, 1), reason="The team site was closed"
)
lapse_vacancy = vacancies.LapseVacancy(
    vacancy="unoci-milob-03", ended_on=date(2014, 10, 1), reason="The deadline passed without a nomination"
)
reopen = vacancies.ReopenVacancy(
    vacancy="minurso-milob-07", reopened_on=date(2015, 7, 10), tour="t-2014-07", reason="Rotation"
)
nominate = vacancies.NominateCandidate(
    vacancy="minurso-milob-07",
    nomination="n-2014-07",
    mandate="kz-2013",
    line="observers",
    nominated_on=date(2014, 5, 20),
    person="p-0007",
)
nominate_unit = vacancies.NominateUnit(
    vacancy="unifil-coy-11",
    nomination="n-2023-11",
    mandate="kz-2022",
    line="contingent",
    nominated_on=date(2023, 8, 15),
    unit="kazcoy-11",
)
accept = vacancies.AcceptNomination(
    vacancy="minurso-milob-07",
    nomination="n-2014-07",
    accepted_on=date(2014, 6, 11),
    report_on=date(2014, 7, 10),
    reference="DPKO/FGS/2014/198",
    handover_days=7,
)
_ended = {"vacancy": "minurso-milob-07", "nomination": "n-2014-08", "ended_on": date(2014, 6, 12)}
decline = vacancies.DeclineNomination.model_validate(_ended | {"reason": "Another contributor's officer was taken"})
withdraw_nomination = vacancies.WithdrawNomination.model_validate(_ended | {"reason": "The officer was promoted"})
lapse_nomination = vacancies.LapseNomination.model_validate(_ended | {"reason": "Unanswered for a year"})
register = vacancies.RegisterCandidate(
    person="p-0007", contributor="KAZ", rank="major", registered_on=date(2014, 1, 15)
)
screen = vacancies.RecordScreening(
    person="p-0007",
    screened_on=date(2014, 2, 20),
    un_course_until=date(2017, 2, 20),
    guiding_documents_until=date(2016, 2, 20),
    english_until=date(2016, 2, 20),
    driving_until=date(2019, 2, 20),
)
promote = vacancies.RecordPromotion(person="p-0007", rank="lieutenant_colonel", since=date(2015, 5, 7))
reserve = vacancies.PlaceInReserve(person="p-0007", since=date(2014, 3, 8))
withdraw_candidate = vacancies.WithdrawCandidate(person="p-0012", withdrawn_on=date(2014, 4, 1), reason="Retired")
bar = vacancies.BarCandidate(
    person="p-0019", since=date(2016, 2, 3), tour="t-2015-19", reason="Repatriated for discipline"
)
pledge = vacancies.PledgeUnit(
    unit="kazcoy-11",
    contributor="KAZ",
    category="infantry",
    headcount=120,
    pledged_on=date(2023, 2, 1),
    valid_until=date(2025, 2, 1),
)
readiness = vacancies.RecordReadiness(unit="kazcoy-11", level="L2", assessed_on=date(2023, 5, 30))
select = vacancies.SelectUnit(unit="kazcoy-11", mission="UNIFIL", selected_on=date(2023, 7, 3))
sign = vacancies.SignMou(
    unit="kazcoy-11",
    mission="UNIFIL",
    document="Memorandum KAZ-IND, August 2018",
    signed_on=date(2018, 8, 21),
    strength=120,
    framework_nation="IND",
)
visit = vacancies.RecordPredeploymentVisit(unit="kazcoy-11", visited_on=date(2023, 9, 12), passed=True)
line = vacancies.RecordMandateLine(
    mandate="kz-2022", line="contingent", contributor="KAZ", terms=CONTINGENT, since=date(2022, 7, 1)
)
line_end = vacancies.RecordMandateLineEnd(mandate="kz-2013", line="observers", ends_on=date(2022, 7, 1))
adopt = vacancies.AdoptRuleSet(
    version="kz-2014-1",
    in_force_from=date(2014, 1, 1),
    authority="Ministry of Defence, order 2013/612",
    rank_min="captain",
    rank_max="colonel",
)

COMMANDS: tuple[Command, ...] = (
    *(mission, mission_status, apply_, acknowledge, withdraw_application),
    *(announce, withdraw_vacancy, lapse_vacancy, reopen),
    *(nominate, nominate_unit, accept, decline, withdraw_nomination, lapse_nomination),
    *(register, screen, promote, reserve, withdraw_candidate, bar),
    *(pledge, readiness, select, sign, visit, line, line_end, adopt),
)
EVENTS: tuple[Event, ...] = (
    event_from(vacancies.MissionRecorded, mission),
    event_from(vacancies.MissionStatusChanged, mission_status),
    event_from(vacancies.ApplicationSubmitted, apply_),
    event_from(vacancies.ApplicationAcknowledged, acknowledge),
    event_from(vacancies.ApplicationWithdrawn, withdraw_application),
    event_from(vacancies.VacancyAnnounced, announce),
    event_from(vacancies.VacancyWithdrawn, withdraw_vacancy),
    event_from(vacancies.VacancyLapsed, lapse_vacancy),
    event_from(vacancies.VacancyReopened, reopen, number=1),
    vacancies.VacancyFilled(vacancy="minurso-milob-07", filled_on=date(2014, 6, 11)),
    event_from(
        vacancies.CandidateNominated,
        nominate,
        mission="MINURSO",
        contributor="KAZ",
        category="military_observer",
        rank="major",
        rule_set="kz-2014-1",
        valid_until=date(2015, 5, 20),
    ),
    event_from(
        vacancies.UnitNominated,
        nominate_unit,
        mission="UNIFIL",
        contributor="KAZ",
        category="infantry",
        headcount=120,
        rule_set="kz-2014-1",
        valid_until=date(2024, 8, 14),
    ),
    event_from(
        vacancies.NominationAccepted,
        accept,
        mission="MINURSO",
        mandate="kz-2013",
        line="observers",
        category="military_observer",
        person="p-0007",
        rank="major",
        contributor="KAZ",
        post="milob-07",
        tour_until=date(2015, 7, 10),
        handover_until=date(2014, 7, 17),
    ),
    event_from(vacancies.NominationDeclined, decline),
    event_from(vacancies.NominationWithdrawn, withdraw_nomination),
    event_from(vacancies.NominationLapsed, lapse_nomination),
    event_from(vacancies.CandidateRegistered, register),
    event_from(vacancies.CandidateScreened, screen),
    event_from(vacancies.CandidatePromoted, promote),
    event_from(vacancies.CandidatePlacedInReserve, reserve),
    event_from(vacancies.CandidateWithdrawn, withdraw_candidate),
    event_from(vacancies.CandidateBarred, bar),
    event_from(vacancies.UnitPledged, pledge),
    event_from(vacancies.UnitReadinessRecorded, readiness),
    event_from(vacancies.UnitSelected, select),
    event_from(vacancies.MouSigned, sign, contributor="KAZ"),
    event_from(vacancies.PredeploymentVisitRecorded, visit, contributor="KAZ"),
    event_from(vacancies.MandateLineRecorded, line),
    event_from(vacancies.MandateLineEnded, line_end),
    event_from(vacancies.RuleSetAdopted, adopt),
)
