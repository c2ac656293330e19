-- depends: 0006-strength-returns
-- What was known when: each view keeps, beside its rows, those that they took the place of, with the period in which each
-- was the newest on record. Current state stays one table with one row for each thing; history is only ever added to.
-- The effective period is part of the rows themselves (since/until, valid_from/valid_until, arrived_on/departed_on), so
-- the two times are crossed by asking the same question of other rows.

-- The instant that a question is asked of. `reporting_known` has a view for each view here, of the same name and the
-- same columns, with the rows that were on record at that instant: a query whose search path begins there answers as
-- it would have answered then, and is not written twice.
CREATE OR REPLACE FUNCTION known_at() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT current_setting('forcegen.known_at')::timestamptz
$$;

-- A row of before this migration has no instant, and no history: the views are made again, from the topics.
DO $$
DECLARE
    here text := current_schema();
    known text := current_schema() || '_known';
    each text;
    its_columns text;
BEGIN
    IF to_regclass('tours_history') IS NULL THEN
        DELETE FROM consumed;
        TRUNCATE stream_versions, events, parked, tour_missions, tour_date_changes;
        -- Whose people, and which tour (or mandate, vacancy, …) an event is about: what questions begin with.
        ALTER TABLE tour_missions ADD COLUMN contributor text NOT NULL;
        ALTER TABLE tour_date_changes ADD COLUMN contributor text NOT NULL;
        ALTER TABLE events ADD COLUMN owner text;
    END IF;
    FOREACH each IN ARRAY ARRAY[
        'mandates', 'mandate_lines', 'line_terms', 'sub_ceilings', 'waivers', 'legal_requirements', 'legal_documents',
        'missions', 'mission_statuses', 'applications', 'vacancies', 'nominations', 'candidates', 'units', 'tours',
        'tour_missions', 'consents', 'tour_date_changes', 'strength_returns', 'official_statements'
    ] LOOP
        IF to_regclass(each || '_history') IS NULL THEN
            EXECUTE format('TRUNCATE %I', each);
            EXECUTE format('ALTER TABLE %I ADD COLUMN recorded_from timestamptz NOT NULL', each);
            EXECUTE format('CREATE TABLE %I (LIKE %I, recorded_until timestamptz NOT NULL)', each || '_history', each);
        END IF;
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO its_columns
        FROM pg_attribute WHERE attrelid = each::regclass AND attnum > 0 AND NOT attisdropped;
        -- The condition stands outside of the union: only so can Postgres look a single row up in both of its tables.
        EXECUTE format(
            'CREATE OR REPLACE VIEW %1$I.%2$I AS SELECT %3$s FROM ('
            '  SELECT %3$s, ''(,)''::tstzrange AS newest FROM %4$I.%2$I'
            '  UNION ALL SELECT %3$s, tstzrange(recorded_from, recorded_until) FROM %4$I.%5$I'
            ') AS kept WHERE newest @> (SELECT %4$I.known_at()) AND recorded_from <= (SELECT %4$I.known_at())',
            known, each, its_columns, here, each || '_history');
    END LOOP;
    EXECUTE format(
        'CREATE OR REPLACE VIEW %1$I.events AS SELECT * FROM %2$I.events WHERE recorded <= %2$I.known_at()', known, here);
END $$;

-- What named a row type of one table, or was bound to one table, is said anew so that it holds for both search paths.
DROP FUNCTION IF EXISTS line_in_force(mandate_lines, line_terms, date);
DROP VIEW IF EXISTS strength_returns_noticed;

-- A line is in force on a day from the day of its act until it ends, within the days that its terms name.
CREATE OR REPLACE FUNCTION in_force(since date, ends_on date, valid_from date, valid_until date, as_of date)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT since <= as_of AND (ends_on IS NULL OR ends_on > as_of)
       AND valid_from <= as_of AND (valid_until IS NULL OR valid_until > as_of)
$$;

-- What is unknown may be anything from 0 on: parts that are known must not exceed the total, and if all are, make it.
CREATE OR REPLACE FUNCTION strength_returns_noticed()
RETURNS TABLE (
    event uuid, contributor text, as_of date, mission text, personnel_type text, published_at timestamptz,
    contributor_as_published text, male integer, female integer, total integer, source text, recorded_from timestamptz,
    noticed text[]
) LANGUAGE sql STABLE AS $$
    SELECT r.event, r.contributor, r.as_of, r.mission, r.personnel_type, r.published_at, r.contributor_as_published,
           r.male, r.female, r.total, r.source, r.recorded_from,
           array_remove(ARRAY[
               CASE WHEN r.male::bigint + r.female <> r.total
                      OR coalesce(r.male, 0)::bigint + coalesce(r.female, 0) > r.total THEN 'does_not_add_up' END,
               CASE WHEN r.as_of <> (date_trunc('month', r.as_of::timestamp) + interval '1 month - 1 day')::date
                    THEN 'odd_month_end' END,
               CASE WHEN EXISTS (
                   SELECT FROM strength_returns AS other
                   WHERE other.contributor = r.contributor AND other.as_of = r.as_of AND other.mission = r.mission
                     AND other.personnel_type = r.personnel_type AND other.published_at = r.published_at
                     AND other.source = r.source AND other.event <> r.event
               ) THEN 'duplicate' END,
               CASE WHEN (SELECT min(s.contributor_as_published) FROM strength_returns AS s
                          WHERE s.contributor = r.contributor)
                      <> (SELECT max(s.contributor_as_published) FROM strength_returns AS s
                          WHERE s.contributor = r.contributor) THEN 'spelling' END
           ], NULL)
    FROM strength_returns AS r
$$;

-- What must never be: two versions of a row on record at one instant, an instant without any between two of them, or a
-- tour in two missions on one day. Operators can run it at any time (SELECT * FROM overlapping_periods()); it reads
-- every row of every view. No row is the answer that is wanted.
CREATE OR REPLACE FUNCTION overlapping_periods()
RETURNS TABLE (view text, thing text, recorded_from timestamptz, recorded_until timestamptz, following timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    each text;
    its_key text;
BEGIN
    FOR each IN
        SELECT left(tablename, -length('_history')) FROM pg_tables
        WHERE schemaname = current_schema() AND tablename LIKE '%\_history'
    LOOP
        SELECT string_agg(format('%I::text', attname), ', ' ORDER BY attnum) INTO its_key
        FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
        WHERE indrelid = each::regclass AND indisprimary;
        RETURN QUERY EXECUTE format(
            'SELECT %L, * FROM ('
            '  SELECT concat_ws(''/'', %s) AS thing, recorded_from, recorded_until,'
            '         lead(recorded_from) OVER (PARTITION BY %s ORDER BY recorded_from, recorded_until) AS following'
            '  FROM (SELECT *, ''infinity''::timestamptz AS recorded_until FROM %I UNION ALL SELECT * FROM %I) AS kept'
            ') AS version WHERE recorded_until <= recorded_from OR recorded_until <> following'
            ' OR following IS NULL AND recorded_until < ''infinity''',
            each, its_key, its_key, each, each || '_history');
    END LOOP;
    RETURN QUERY
        SELECT 'tour_missions', stay.tour, stay.since::timestamptz, stay.until::timestamptz, stay.following::timestamptz
        FROM (SELECT *, lead(since) OVER (PARTITION BY tour ORDER BY since, nth) AS following FROM tour_missions) AS stay
        WHERE stay.until > stay.following OR stay.until IS NULL AND stay.following IS NOT NULL;
END $$;
