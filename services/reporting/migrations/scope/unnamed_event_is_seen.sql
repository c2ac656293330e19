-- Whether an event that names no State is seen: what the UN does by all; a copy by the State that its stream is of.
-- `unnamed` is its stream, or `mission/` and its type. A function that is not inlined, so that plans that read events are
-- not burdened with what few rows need. (Its body is parsed here and now: it keeps to these tables, and to their policies.)
CREATE OR REPLACE FUNCTION unnamed_event_is_seen(unnamed text) RETURNS boolean
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT CASE split_part(unnamed, '/', 1)
        WHEN 'rule-set' THEN true
        WHEN 'mission' THEN unnamed ~ '\.(MissionRecorded|MissionStatusChanged)$'
        WHEN 'vacancy' THEN EXISTS (SELECT FROM vacancies AS its WHERE its.vacancy = split_part(unnamed, '/', 2))
        WHEN 'line' THEN EXISTS (SELECT FROM mandates AS its WHERE its.mandate = split_part(unnamed, '/', 2))
        WHEN 'unit' THEN EXISTS (SELECT FROM units AS its WHERE its.unit = split_part(unnamed, '/', 2))
        ELSE false END;
END;
