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
    -- An event that names no State: what the UN does is seen by all; a copy is of the State that its stream is of.
    ('events', 'contributor = ANY (<states>) OR contributor IS NULL AND CASE split_part(stream, ''/'', 1)'
               ' WHEN ''rule-set'' THEN true'
               ' WHEN ''mission'' THEN type ~ ''\.(MissionRecorded|MissionStatusChanged)$'''
               ' WHEN ''vacancy'' THEN EXISTS (SELECT FROM vacancies AS its WHERE its.vacancy = <table>.aggregate_id)'
               ' WHEN ''line'' THEN EXISTS (SELECT FROM mandates AS its WHERE its.mandate = split_part(stream, ''/'', 2))'
               ' WHEN ''unit'' THEN EXISTS (SELECT FROM units AS its WHERE its.unit = substr(stream, 6)) ELSE false END'),
    -- One that waits was never applied, so its State is what it names or what its stream is of; else no State sees it.
    ('parked', 'data ->> ''contributor'' = ANY (<states>)'
               ' OR data ->> ''contributor'' IS NULL AND CASE split_part(stream, ''/'', 1)'
               ' WHEN ''mission'' THEN type ~ ''\.(MissionRecorded|MissionStatusChanged)$'''
               ' WHEN ''mandate'' THEN EXISTS (SELECT FROM mandates AS its WHERE its.mandate = substr(stream, 9))'
               ' WHEN ''line'' THEN EXISTS (SELECT FROM mandates AS its WHERE its.mandate = split_part(stream, ''/'', 2))'
               ' WHEN ''application'' THEN EXISTS'
               '      (SELECT FROM applications AS its WHERE its.application = substr(stream, 13))'
               ' WHEN ''unit'' THEN EXISTS (SELECT FROM units AS its WHERE its.unit = substr(stream, 6))'
               ' WHEN ''candidate'' THEN EXISTS (SELECT FROM candidates AS its WHERE its.person = substr(stream, 11))'
               ' WHEN ''vacancy'' THEN CASE WHEN data ->> ''nomination'' IS NULL'
               '      THEN EXISTS (SELECT FROM vacancies AS its WHERE its.vacancy = substr(stream, 9))'
               '      ELSE EXISTS (SELECT FROM nominations AS its'
               '                   WHERE its.id = substr(stream, 9) || ''/'' || (data ->> ''nomination'')) END'
               ' ELSE false END'),
    -- How far a stream is: for whoever sees an event of it.
    ('stream_versions', 'EXISTS (SELECT FROM events AS its'
                        ' WHERE its.service = <table>.service AND its.stream = <table>.stream)')
$$;
