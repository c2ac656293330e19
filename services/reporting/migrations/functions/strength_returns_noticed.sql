-- What a row shows by itself is in it; what it shows beside others is found here.
CREATE OR REPLACE FUNCTION strength_returns_noticed()
RETURNS TABLE (
    event uuid, contributor text, as_of date, mission text, personnel_type text, published_at timestamptz,
    contributor_as_published text, male integer, female integer, total integer, source text, system_from timestamptz,
    noticed text[]
) LANGUAGE sql STABLE AS $$
    SELECT r.event, r.contributor, r.as_of, r.mission, r.personnel_type, r.published_at, r.contributor_as_published,
           r.male, r.female, r.total, r.source, r.system_from,
           r.anomalies || array_remove(ARRAY[
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
