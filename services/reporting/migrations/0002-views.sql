-- depends: 0001-kernel
-- The views: current state, one row for each thing that the projections describe (services/reporting/projections).
-- Rows are set as a whole and often, so the tables leave room on each page for the next version of a row.

CREATE TABLE IF NOT EXISTS mandates (
    mandate       text NOT NULL,
    contributor   text NOT NULL,
    status        text NOT NULL,
    proposed_on   date NOT NULL,
    proposed_by   text NOT NULL,
    event         uuid NOT NULL,
    legal_basis   text,
    area          text,
    tasks         text,
    rotation      text,
    withdrawal    text,
    cost          text,
    act_number    text,
    decided_on    date,
    votes_for     integer,
    votes_against integer,
    in_force_from date,
    ends_on       date,
    end_reason    text,
    supersedes    text,
    superseded_by text,
    PRIMARY KEY (mandate)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS mandate_lines (
    id          text NOT NULL,
    mandate     text NOT NULL,
    line        text NOT NULL,
    contributor text NOT NULL,
    since       date NOT NULL,
    event       uuid NOT NULL,
    ends_on     date,
    end_reason  text,
    PRIMARY KEY (id)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS line_terms (
    line        text NOT NULL,
    version     integer NOT NULL,
    mandate     text NOT NULL,
    since       date NOT NULL,
    missions    text[] NOT NULL,
    categories  text[] NOT NULL,
    ceiling     integer NOT NULL,
    qualifier   text NOT NULL,
    valid_from  date NOT NULL,
    valid_until date,
    act_number  text NOT NULL,
    event       uuid NOT NULL,
    PRIMARY KEY (line, version)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS sub_ceilings (
    line    text NOT NULL,
    version integer NOT NULL,
    mission text NOT NULL,
    mandate text NOT NULL,
    ceiling integer NOT NULL,
    PRIMARY KEY (line, version, mission)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS waivers (
    mandate         text NOT NULL,
    waiver          text NOT NULL,
    line            text NOT NULL,
    mission         text,
    extra           integer NOT NULL,
    valid_from      date NOT NULL,
    valid_until     date NOT NULL,
    legal_reference text NOT NULL,
    event           uuid NOT NULL,
    PRIMARY KEY (mandate, waiver)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS legal_requirements (
    mandate       text NOT NULL,
    mission       text NOT NULL,
    version       integer NOT NULL,
    kinds         text[] NOT NULL,
    required_from date NOT NULL,
    event         uuid NOT NULL,
    PRIMARY KEY (mandate, mission, version)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS legal_documents (
    mandate  text NOT NULL,
    mission  text NOT NULL,
    kind     text NOT NULL,
    document text NOT NULL,
    dated    date NOT NULL,
    sha256   text,
    event    uuid NOT NULL,
    PRIMARY KEY (mandate, mission, kind, document)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS missions (
    mission        text NOT NULL,
    name           text NOT NULL,
    host_area      text NOT NULL,
    established_on date NOT NULL,
    status         text NOT NULL,
    since          date NOT NULL,
    authority      text,
    event          uuid NOT NULL,
    PRIMARY KEY (mission)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS mission_statuses (
    mission   text NOT NULL,
    version   integer NOT NULL,
    status    text NOT NULL,
    since     date NOT NULL,
    authority text,
    event     uuid NOT NULL,
    PRIMARY KEY (mission, version)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS applications (
    application      text NOT NULL,
    contributor      text NOT NULL,
    mandate          text NOT NULL,
    missions         text[] NOT NULL,
    categories       text[] NOT NULL,
    number           integer NOT NULL,
    note_verbale     text NOT NULL,
    submitted_on     date NOT NULL,
    addressee        text NOT NULL,
    status           text NOT NULL,
    event            uuid NOT NULL,
    acknowledged_on  date,
    reference        text,
    withdrawn_on     date,
    withdrawn_reason text,
    PRIMARY KEY (application)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS vacancies (
    vacancy      text NOT NULL,
    mission      text NOT NULL,
    category     text NOT NULL,
    number       integer NOT NULL,
    places       integer NOT NULL,
    skills       text[] NOT NULL,
    tour_months  integer NOT NULL,
    announced_on date NOT NULL,
    status       text NOT NULL,
    event        uuid NOT NULL,
    rank_min     text,
    rank_max     text,
    deadline     date,
    post         text,
    application  text,
    filled_on    date,
    reopened_on  date,
    ended_on     date,
    reason       text,
    PRIMARY KEY (vacancy)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS nominations (
    id           text NOT NULL,
    vacancy      text NOT NULL,
    nomination   text NOT NULL,
    mandate      text NOT NULL,
    line         text NOT NULL,
    contributor  text NOT NULL,
    mission      text NOT NULL,
    category     text NOT NULL,
    headcount    integer NOT NULL,
    nominated_on date NOT NULL,
    rule_set     text NOT NULL,
    valid_until  date NOT NULL,
    status       text NOT NULL,
    event        uuid NOT NULL,
    person       text,
    unit         text,
    rank         text,
    accepted_on  date,
    report_on    date,
    tour_until   date,
    reference    text,
    post         text,
    ended_on     date,
    reason       text,
    PRIMARY KEY (id)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS candidates (
    person        text NOT NULL,
    contributor   text NOT NULL,
    rank          text NOT NULL,
    status        text NOT NULL,
    registered_on date NOT NULL,
    event         uuid NOT NULL,
    screened_on   date,
    reserve_since date,
    withdrawn_on  date,
    barred_since  date,
    PRIMARY KEY (person)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS units (
    unit             text NOT NULL,
    contributor      text NOT NULL,
    category         text NOT NULL,
    headcount        integer NOT NULL,
    pledged_on       date NOT NULL,
    valid_until      date NOT NULL,
    status           text NOT NULL,
    event            uuid NOT NULL,
    level            text,
    assessed_on      date,
    mission          text,
    selected_on      date,
    mou_mission      text,
    mou_document     text,
    mou_signed_on    date,
    mou_strength     integer,
    framework_nation text,
    visited_on       date,
    visit_passed     boolean,
    PRIMARY KEY (unit)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS tours (
    id                text NOT NULL,
    line              text NOT NULL,
    mandate           text NOT NULL,
    tour              text NOT NULL,
    contributor       text NOT NULL,
    mission           text NOT NULL,
    category          text NOT NULL,
    headcount         integer NOT NULL,
    planned_from      date NOT NULL,
    planned_until     date NOT NULL,
    consents_required text[] NOT NULL,
    planned_at        timestamptz NOT NULL,
    status            text NOT NULL,
    event             uuid NOT NULL,
    person            text,
    unit              text,
    rank              text,
    post              text,
    handover_until    date,
    vacancy           text,
    nomination        text,
    arrives_on        date,
    departs_on        date,
    arrived_on        date,
    departed_on       date,
    departure_reason  text,
    payer             text,
    cancelled_on      date,
    cancel_reason     text,
    return_by         date,
    return_authority  text,
    PRIMARY KEY (id)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS tour_missions (
    tour    text NOT NULL,
    nth     integer NOT NULL,
    mission text NOT NULL,
    since   date NOT NULL,
    until   date,
    facts   text[] NOT NULL,
    PRIMARY KEY (tour, nth)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS consents (
    tour        text NOT NULL,
    kind        text NOT NULL,
    required    boolean NOT NULL,
    given_on    date,
    given_by    text,
    document    text,
    valid_until date,
    event       uuid,
    PRIMARY KEY (tour, kind)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS tour_date_changes (
    tour           text NOT NULL,
    version        integer NOT NULL,
    old_arrives_on date,
    old_departs_on date NOT NULL,
    new_arrives_on date,
    new_departs_on date NOT NULL,
    decided_on     date NOT NULL,
    decided_by     text,
    reason         text,
    event          uuid NOT NULL,
    PRIMARY KEY (tour, version)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS strength_returns (
    event                    uuid NOT NULL,
    contributor              text NOT NULL,
    as_of                    date NOT NULL,
    mission                  text NOT NULL,
    personnel_type           text NOT NULL,
    published_at             timestamptz NOT NULL,
    contributor_as_published text NOT NULL,
    male                     integer,
    female                   integer,
    total                    integer,
    source                   text NOT NULL,
    PRIMARY KEY (event)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS official_statements (
    contributor text NOT NULL,
    statement   text NOT NULL,
    as_of       date NOT NULL,
    measure     text NOT NULL,
    since       date,
    missions    text[] NOT NULL,
    categories  text[] NOT NULL,
    value       integer NOT NULL,
    qualifier   text NOT NULL,
    source      text NOT NULL,
    event       uuid NOT NULL,
    PRIMARY KEY (contributor, statement)
) WITH (fillfactor = 80);

-- Lookups by the questions; kept few, because every index is paid for by every write.
CREATE INDEX IF NOT EXISTS tours_by_line ON tours (line);
CREATE INDEX IF NOT EXISTS tours_by_person ON tours (person) WHERE person IS NOT NULL;
CREATE INDEX IF NOT EXISTS tour_missions_by_mission ON tour_missions (mission, since);
-- Who is present: the stays that are open, and the few that ended after the day that is asked about.
CREATE INDEX IF NOT EXISTS tour_missions_open ON tour_missions (mission) WHERE until IS NULL;
CREATE INDEX IF NOT EXISTS tour_missions_ended ON tour_missions (until) WHERE until IS NOT NULL;
CREATE INDEX IF NOT EXISTS mandate_lines_by_mandate ON mandate_lines (mandate);
CREATE INDEX IF NOT EXISTS line_terms_by_mandate ON line_terms (mandate);
CREATE INDEX IF NOT EXISTS sub_ceilings_by_mandate ON sub_ceilings (mandate);
CREATE INDEX IF NOT EXISTS waivers_by_line ON waivers (line);
CREATE INDEX IF NOT EXISTS vacancies_by_application ON vacancies (application) WHERE application IS NOT NULL;
CREATE INDEX IF NOT EXISTS nominations_by_vacancy ON nominations (vacancy);
