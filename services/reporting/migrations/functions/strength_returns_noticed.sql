-- What is unknown may be anything from 0 on: parts that are known must not exceed the total, and if all are, make it.
CREATE OR REPLACE FUNCTION strength_returns_noticed()
RETURNS TABLE (
    event uuid, contributor text, as_of date, mission text, personnel_type text, published_at timestamptz,
    contributor_as_published text, male integer, female integer, total integer, source text, system_from timestamptz,
    noticed text[]
) LANGUAGE sql STABLE AS $$
    SELECT r.event, r.contributor, r.as_of, r.mission, r.personnel_type, r.published_at, r.contributor_as_published,
           r.male, r.female, r.total, r.source, r.system_from,
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
