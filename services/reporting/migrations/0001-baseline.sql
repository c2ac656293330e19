-- The views: current state, one row for each thing that the projections describe (services/reporting/projections). Rows
-- are set as a whole and often, so the tables leave space on each page for the next version of a row.
--
-- What was known when: each view keeps, beside its rows, those that they took the place of, with the period in which each
-- was the newest on record. Current state stays one table with one row for each thing; history is only ever added to.
-- The period is `system_from`/`system_to`, closed-open. When something was true is part of the rows themselves (valid_from/valid_to,
-- arrived_on/departed_on, …), so the two times are crossed by asking the same question of other rows.

CREATE TABLE mandates (
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
    system_from   timestamptz NOT NULL,
    PRIMARY KEY (mandate)
) WITH (fillfactor = 80);

CREATE TABLE mandate_lines (
    id          text NOT NULL,
    mandate     text NOT NULL,
    line        text NOT NULL,
    contributor text NOT NULL,
    since       date NOT NULL,
    event       uuid NOT NULL,
    ends_on     date,
    end_reason  text,
    system_from timestamptz NOT NULL,
    PRIMARY KEY (id)
) WITH (fillfactor = 80);

CREATE TABLE line_terms (
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
    system_from timestamptz NOT NULL,
    PRIMARY KEY (line, version)
) WITH (fillfactor = 80);

CREATE TABLE sub_ceilings (
    line        text NOT NULL,
    version     integer NOT NULL,
    mission     text NOT NULL,
    mandate     text NOT NULL,
    ceiling     integer NOT NULL,
    system_from timestamptz NOT NULL,
    PRIMARY KEY (line, version, mission)
) WITH (fillfactor = 80);

CREATE TABLE waivers (
    mandate         text NOT NULL,
    waiver          text NOT NULL,
    line            text NOT NULL,
    mission         text,
    extra           integer NOT NULL,
    valid_from      date NOT NULL,
    valid_until     date NOT NULL,
    legal_reference text NOT NULL,
    event           uuid NOT NULL,
    system_from     timestamptz NOT NULL,
    PRIMARY KEY (mandate, waiver)
) WITH (fillfactor = 80);

CREATE TABLE legal_requirements (
    mandate       text NOT NULL,
    mission       text NOT NULL,
    version       integer NOT NULL,
    kinds         text[] NOT NULL,
    required_from date NOT NULL,
    event         uuid NOT NULL,
    system_from   timestamptz NOT NULL,
    PRIMARY KEY (mandate, mission, version)
) WITH (fillfactor = 80);

CREATE TABLE legal_documents (
    mandate     text NOT NULL,
    mission     text NOT NULL,
    kind        text NOT NULL,
    document    text NOT NULL,
    dated       date NOT NULL,
    sha256      text,
    event       uuid NOT NULL,
    system_from timestamptz NOT NULL,
    PRIMARY KEY (mandate, mission, kind, document)
) WITH (fillfactor = 80);

CREATE TABLE missions (
    mission        text NOT NULL,
    name           text NOT NULL,
    host_area      text NOT NULL,
    established_on date NOT NULL,
    status         text NOT NULL,
    since          date NOT NULL,
    authority      text,
    event          uuid NOT NULL,
    system_from    timestamptz NOT NULL,
    PRIMARY KEY (mission)
) WITH (fillfactor = 80);

CREATE TABLE mission_statuses (
    mission     text NOT NULL,
    version     integer NOT NULL,
    status      text NOT NULL,
    since       date NOT NULL,
    authority   text,
    event       uuid NOT NULL,
    system_from timestamptz NOT NULL,
    PRIMARY KEY (mission, version)
) WITH (fillfactor = 80);

CREATE TABLE applications (
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
    system_from      timestamptz NOT NULL,
    PRIMARY KEY (application)
) WITH (fillfactor = 80);

CREATE TABLE vacancies (
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
    system_from  timestamptz NOT NULL,
    PRIMARY KEY (vacancy)
) WITH (fillfactor = 80);

CREATE TABLE nominations (
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
    system_from  timestamptz NOT NULL,
    PRIMARY KEY (id)
) WITH (fillfactor = 80);

-- A person can be barred who was never a candidate here; then nothing else is known of them.
CREATE TABLE candidates (
    person        text NOT NULL,
    contributor   text,
    rank          text,
    status        text,
    registered_on date,
    event         uuid NOT NULL,
    screened_on   date,
    reserve_since date,
    withdrawn_on  date,
    barred_since  date,
    system_from   timestamptz NOT NULL,
    PRIMARY KEY (person)
) WITH (fillfactor = 80);

CREATE TABLE units (
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
    system_from      timestamptz NOT NULL,
    PRIMARY KEY (unit)
) WITH (fillfactor = 80);

CREATE TABLE tours (
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
    system_from       timestamptz NOT NULL,
    PRIMARY KEY (id)
) WITH (fillfactor = 80);

CREATE TABLE stays (
    tour        text NOT NULL,
    nth         integer NOT NULL,
    mission     text NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date,
    facts       text[] NOT NULL,
    contributor text NOT NULL,
    line        text NOT NULL,
    category    text NOT NULL,
    rank        text,
    headcount   integer NOT NULL,
    person      text,
    leaves_on   date NOT NULL,
    system_from timestamptz NOT NULL,
    PRIMARY KEY (tour, nth)
) WITH (fillfactor = 80);

CREATE TABLE consents (
    tour        text NOT NULL,
    kind        text NOT NULL,
    required    boolean NOT NULL,
    given_on    date,
    given_by    text,
    document    text,
    valid_until date,
    event       uuid,
    system_from timestamptz NOT NULL,
    PRIMARY KEY (tour, kind)
) WITH (fillfactor = 80);

CREATE TABLE tour_date_changes (
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
    contributor    text NOT NULL,
    system_from    timestamptz NOT NULL,
    PRIMARY KEY (tour, version)
) WITH (fillfactor = 80);

CREATE TABLE strength_returns (
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
    anomalies                text[] NOT NULL,  -- what the row shows by itself
    system_from              timestamptz NOT NULL,
    PRIMARY KEY (event)
) WITH (fillfactor = 80);

CREATE TABLE official_statements (
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
    system_from timestamptz NOT NULL,
    PRIMARY KEY (contributor, statement)
) WITH (fillfactor = 80);

-- The rows of before, each with the period in which it was the newest on record.
CREATE TABLE mandates_history (LIKE mandates, system_to timestamptz NOT NULL);
CREATE TABLE mandate_lines_history (LIKE mandate_lines, system_to timestamptz NOT NULL);
CREATE TABLE line_terms_history (LIKE line_terms, system_to timestamptz NOT NULL);
CREATE TABLE sub_ceilings_history (LIKE sub_ceilings, system_to timestamptz NOT NULL);
CREATE TABLE waivers_history (LIKE waivers, system_to timestamptz NOT NULL);
CREATE TABLE legal_requirements_history (LIKE legal_requirements, system_to timestamptz NOT NULL);
CREATE TABLE legal_documents_history (LIKE legal_documents, system_to timestamptz NOT NULL);
CREATE TABLE missions_history (LIKE missions, system_to timestamptz NOT NULL);
CREATE TABLE mission_statuses_history (LIKE mission_statuses, system_to timestamptz NOT NULL);
CREATE TABLE applications_history (LIKE applications, system_to timestamptz NOT NULL);
CREATE TABLE vacancies_history (LIKE vacancies, system_to timestamptz NOT NULL);
CREATE TABLE nominations_history (LIKE nominations, system_to timestamptz NOT NULL);
CREATE TABLE candidates_history (LIKE candidates, system_to timestamptz NOT NULL);
CREATE TABLE units_history (LIKE units, system_to timestamptz NOT NULL);
CREATE TABLE tours_history (LIKE tours, system_to timestamptz NOT NULL);
CREATE TABLE stays_history (LIKE stays, system_to timestamptz NOT NULL);
CREATE TABLE consents_history (LIKE consents, system_to timestamptz NOT NULL);
CREATE TABLE tour_date_changes_history (LIKE tour_date_changes, system_to timestamptz NOT NULL);
CREATE TABLE strength_returns_history (LIKE strength_returns, system_to timestamptz NOT NULL);
CREATE TABLE official_statements_history (LIKE official_statements, system_to timestamptz NOT NULL);

-- The log of events that every number can be traced to, the guard of each stream, and what waits.

CREATE TABLE stream_versions (
    service text    NOT NULL,  -- the same stream id in another service is another stream
    stream  text    NOT NULL,
    version bigint  NOT NULL,
    PRIMARY KEY (service, stream)
) WITH (fillfactor = 80);

CREATE TABLE events (
    service        text        NOT NULL,
    position       bigint      NOT NULL,
    id             uuid        NOT NULL,
    stream         text        NOT NULL,
    version        bigint      NOT NULL,
    type           text        NOT NULL,
    effective      timestamptz NOT NULL,
    recorded       timestamptz NOT NULL,
    actor          text,
    correlation_id text,
    causation_id   text,
    data           json        NOT NULL,  -- json, not jsonb: it is kept to be shown, and parsing it again costs
    topic          text        NOT NULL,
    part           integer     NOT NULL,
    "offset"       bigint      NOT NULL,
    aggregate_id   text,  -- which tour (or mandate, vacancy, …) it is about: what questions begin with
    contributor    text,  -- and which State
    day            date        NOT NULL GENERATED ALWAYS AS ((effective AT TIME ZONE 'UTC')::date) STORED,
    PRIMARY KEY (service, stream, version)  -- what the guard of the stream lets through once
);

CREATE TABLE parked (
    service        text        NOT NULL,
    stream         text        NOT NULL,
    version        bigint      NOT NULL,
    position       bigint      NOT NULL,
    id             uuid        NOT NULL,
    type           text        NOT NULL,
    effective      timestamptz NOT NULL,
    recorded       timestamptz NOT NULL,
    data           json        NOT NULL,
    correlation_id text,
    causation_id   text,
    actor          text,
    topic          text        NOT NULL,
    part           integer     NOT NULL,
    "offset"       bigint      NOT NULL,
    error          text,                           -- empty: it waits behind a gap, or behind one that has an error
    attempts       integer     NOT NULL,
    since          timestamptz NOT NULL DEFAULT now(),
    schema_version integer     NOT NULL DEFAULT 1,  -- one that is newer than the program is not read by an older model
    PRIMARY KEY (service, stream, version)
);

-- Which version of the projections made the views: one row, from the first start on (services/reporting/projections).
CREATE TABLE projection_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  integer NOT NULL
);

-- What changed, for those who follow: numbered in the order of commits. The number comes from one row whose lock is held
-- to the commit, so whoever has read as far as a number has missed none before it. Only the newest are kept.
CREATE TABLE change_head (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    last bigint  NOT NULL
);
INSERT INTO change_head (last) VALUES (0);

CREATE TABLE changes (
    number      bigint      PRIMARY KEY,
    view        text        NOT NULL,
    contributor text,  -- the State whose rows were set; * for rows that every State sees, NULL for those that none does
    ids         json        NOT NULL,  -- of the rows that were set, the first hundred of them
    rows        integer     NOT NULL,  -- how many were set
    recorded    timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- How many people were on each line at every change point, with the limit that held then and the next change point:
-- kept as steps, so that what is asked of a year is read and not swept. The sweep stays (functions/occupancy_swept.sql):
-- it answers as known on another day, and the steps are held to it by a test (tests/integration/test_occupancy_steps.py).
-- `mission` is empty for the line's own ceiling, `valid_to` is infinity for the last step.
CREATE TABLE line_occupancy (
    line       text    NOT NULL,
    mission    text    NOT NULL,
    valid_from date    NOT NULL,
    valid_to   date    NOT NULL,
    people     integer NOT NULL,
    "limit"    integer,
    PRIMARY KEY (line, mission, valid_from)
) WITH (fillfactor = 80);

-- Functions that indexes are made of: one that says something else needs a new index, so it comes with a numbered step.

-- A period that can be indexed, also where a correction has left its end before its begin: that one holds no day.
CREATE FUNCTION days(valid_from date, valid_to date) RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN valid_to < valid_from THEN 'empty'::daterange ELSE daterange(valid_from, valid_to) END
$$;

-- The day from which a tour is over, by its departure or because it was cancelled.
CREATE FUNCTION over_on(departed_on date, cancelled_on date)
RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(coalesce(departed_on, 'infinity'), coalesce(cancelled_on, 'infinity'))
$$;

-- A tour that is still to come on a day is found by one day: that on which it was settled, by its arrival or because it
-- was cancelled; infinity while neither has been.
CREATE FUNCTION settled_on(arrived_on date, cancelled_on date)
RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(coalesce(arrived_on, 'infinity'), coalesce(cancelled_on, 'infinity'))
$$;

-- Lookups by the questions; kept few, because every index is paid for by every write.
CREATE INDEX tours_by_line ON tours (line);
CREATE INDEX tours_by_person ON tours (person) WHERE person IS NOT NULL;
CREATE INDEX tours_by_arrival ON tours (contributor, arrived_on) WHERE arrived_on IS NOT NULL;
CREATE INDEX tours_by_vacancy ON tours (vacancy) WHERE vacancy IS NOT NULL;
CREATE INDEX tours_to_come ON tours (contributor, settled_on(arrived_on, cancelled_on));
-- Who else is in a post or comes into it is found without those who were there in the past.
CREATE INDEX tours_in_post ON tours (post, over_on(departed_on, cancelled_on)) WHERE post IS NOT NULL;
CREATE INDEX mandates_of_state ON mandates (contributor);
CREATE INDEX mandate_lines_of_state ON mandate_lines (contributor);
CREATE INDEX mandate_lines_by_mandate ON mandate_lines (mandate);
CREATE INDEX line_terms_by_mandate ON line_terms (mandate);
CREATE INDEX sub_ceilings_by_mandate ON sub_ceilings (mandate);
CREATE INDEX waivers_by_line ON waivers (line);
CREATE INDEX vacancies_by_application ON vacancies (application) WHERE application IS NOT NULL;
CREATE INDEX nominations_by_vacancy ON nominations (vacancy);
-- The moves of a State's tours in the order in which the report lists them.
CREATE INDEX date_changes_in_order ON tour_date_changes (contributor, decided_on, tour, version);

-- What is counted of people who are somewhere stands with their stay, and in its index: who was there on a day, and how
-- many, is read from a few pages of one index, without a look at any tour. Most who are asked about are there still: stays
-- without an end have an index of their own, in which those of a State stand side by side, and only stays that are over
-- need one over periods. A day long ago costs what today costs: whoever came since stands behind it in the first index,
-- and whoever left since is found by the second.
CREATE INDEX stays_open ON stays (contributor, valid_from)
    INCLUDE (tour, nth, mission, line, category, rank, headcount, person, leaves_on, valid_to, system_from)
    WHERE valid_to IS NULL;
-- Stays that are over are read from their table: to fetch so many columns from an index over periods took twice as long,
-- and the index was eight times the size.
CREATE INDEX stays_past ON stays USING gist (contributor, days(valid_from, valid_to)) WHERE valid_to IS NOT NULL;
-- Who is expected to leave is found by the day.
CREATE INDEX stays_leaving ON stays (contributor, leaves_on)
    INCLUDE (tour, mission, valid_from, line, category, headcount, system_from)
    WHERE valid_to IS NULL;
CREATE INDEX stays_by_mission ON stays (mission, valid_from);
CREATE INDEX stays_begun ON stays (line, valid_from);
CREATE INDEX stays_ended ON stays (line, valid_to) WHERE valid_to IS NOT NULL;
CREATE INDEX line_occupancy_ending ON line_occupancy (line, valid_to) INCLUDE (mission, valid_from, people, "limit");

-- Pages of the UN's returns go in this order, and rows that one publication prints twice stand side by side in it.
CREATE INDEX strength_returns_in_order
    ON strength_returns (contributor, as_of, mission, personnel_type, published_at, event);
-- The first and the last spelling of a State are the two ends of its part of this index.
CREATE INDEX strength_returns_spelled ON strength_returns (contributor, contributor_as_published);
CREATE INDEX strength_returns_by_day ON strength_returns (as_of);

CREATE INDEX events_by_position ON events (service, position);
CREATE INDEX events_by_id ON events (id);
CREATE INDEX events_by_correlation ON events (correlation_id) WHERE correlation_id IS NOT NULL;
-- What happened between two days is found by when it was true.
CREATE INDEX events_by_day ON events (day, service, position);
CREATE INDEX events_of_state ON events (contributor, day, service, position) INCLUDE (recorded)
    WHERE contributor IS NOT NULL;
-- The events behind a number are found and counted in the index alone.
CREATE INDEX events_of_aggregate ON events (aggregate_id, service) INCLUDE (position, day, type, recorded)
    WHERE aggregate_id IS NOT NULL;

-- What was known at an instant is found by an index over periods, and without all that was replaced before it. Only the
-- tables that grow with the years have one.
CREATE INDEX stays_known ON stays_history USING gist (contributor, tstzrange(system_from, system_to));
CREATE INDEX stays_history_by_tour ON stays_history (tour);
CREATE INDEX tours_known ON tours_history USING gist (contributor, tstzrange(system_from, system_to));
CREATE INDEX tours_history_by_id ON tours_history (id);
CREATE INDEX tours_history_by_vacancy ON tours_history (vacancy) WHERE vacancy IS NOT NULL;
CREATE INDEX tours_history_of_post ON tours_history (post, system_to) WHERE post IS NOT NULL;
CREATE INDEX tours_history_of_line ON tours_history (line, system_to);
CREATE INDEX consents_history_by_tour ON consents_history (tour);
CREATE INDEX mandates_history_of_state ON mandates_history (contributor);
CREATE INDEX mandate_lines_history_of_state ON mandate_lines_history (contributor);
CREATE INDEX mandate_lines_history_by_mandate ON mandate_lines_history (mandate);
