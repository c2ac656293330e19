-- For each table with rows of States, when a row belongs to one of `<states>`. Ids of lines and tours begin with those of
-- their mandate; a mandate never changes its State.
CREATE OR REPLACE FUNCTION scope_rules() RETURNS TABLE (name text, rule text) LANGUAGE sql IMMUTABLE AS $$
    SELECT name, 'contributor = ANY (<states>)'
    FROM unnest(ARRAY['mandates', 'mandate_lines', 'applications', 'nominations', 'candidates', 'units', 'tours', 'stays',
                      'tour_date_changes', 'strength_returns', 'official_statements']) AS name
    UNION ALL
    SELECT name, 'EXISTS (SELECT FROM mandates AS its WHERE its.mandate = <table>.mandate)'
    FROM unnest(ARRAY['line_terms', 'sub_ceilings', 'waivers', 'legal_requirements', 'legal_documents']) AS name
    UNION ALL VALUES
    ('line_occupancy', 'EXISTS (SELECT FROM mandate_lines AS its WHERE its.id = <table>.line)'),
    ('consents', 'EXISTS (SELECT FROM tours AS its WHERE its.id = <table>.tour)'),
    -- The UN announces a vacancy to every State, but for one that answers an application.
    ('vacancies', 'application IS NULL'
                  ' OR EXISTS (SELECT FROM applications AS its WHERE its.application = <table>.application)'),
    ('events', 'contributor = ANY (<states>)'
               ' OR contributor IS NULL AND unnamed_event_is_seen(unnamed)'),
    ('parked', 'data ->> ''contributor'' = ANY (<states>)'
               ' OR data ->> ''contributor'' IS NULL AND unnamed_parked_is_seen(stream, type, data ->> ''nomination'')'),
    -- How far a stream is: for whoever sees an event of it.
    ('stream_versions', 'EXISTS (SELECT FROM events AS its'
                        ' WHERE its.service = <table>.service AND its.stream = <table>.stream)')
$$;
