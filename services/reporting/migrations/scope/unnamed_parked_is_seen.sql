-- Whether an event that waits and names no State is seen: it was never applied, so its State is that of its stream.
CREATE OR REPLACE FUNCTION unnamed_parked_is_seen(stream text, type text, nomination text) RETURNS boolean
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT CASE split_part(stream, '/', 1)
        WHEN 'mission' THEN type ~ '\.(MissionRecorded|MissionStatusChanged)$'
        WHEN 'mandate' THEN EXISTS (SELECT FROM mandates AS its WHERE its.mandate = split_part(stream, '/', 2))
        WHEN 'line' THEN EXISTS (SELECT FROM mandates AS its WHERE its.mandate = split_part(stream, '/', 2))
        WHEN 'application' THEN EXISTS (SELECT FROM applications AS its WHERE its.application = split_part(stream, '/', 2))
        WHEN 'unit' THEN EXISTS (SELECT FROM units AS its WHERE its.unit = split_part(stream, '/', 2))
        WHEN 'candidate' THEN EXISTS (SELECT FROM candidates AS its WHERE its.person = split_part(stream, '/', 2))
        WHEN 'vacancy' THEN CASE WHEN nomination IS NULL
            THEN EXISTS (SELECT FROM vacancies AS its WHERE its.vacancy = split_part(stream, '/', 2))
            ELSE EXISTS (SELECT FROM nominations AS its WHERE its.id = split_part(stream, '/', 2) || '/' || nomination)
            END
        ELSE false END;
END;
