-- What the UN counted as of a day: by the returns of the newest month until then, each State's newest publication of it
-- before an instant (NULL: of all), taken whole. Where a publication contradicts itself, `people` is its largest count
-- and `people_least` its smallest; a blank total is unknown.
CREATE OR REPLACE FUNCTION returned_on(as_of date, published_before timestamptz)
RETURNS TABLE (
    contributor text, mission text, personnel_type text, counted_on date, people integer, people_least integer,
    male integer, female integer, returns integer, published_at timestamptz, sources text[]
) LANGUAGE sql STABLE AS $$
    WITH counted AS (
        SELECT * FROM strength_returns AS row
        WHERE row.as_of <= returned_on.as_of AND row.published_at < coalesce(published_before, 'infinity')
    ), newest AS (
        SELECT date_trunc('month', max(counted.as_of)::timestamp)::date AS month FROM counted
    ), chosen AS (
        SELECT counted.contributor, max(counted.published_at) AS published_at
        FROM counted, newest WHERE counted.as_of >= month GROUP BY counted.contributor
    )
    SELECT contributor, mission, personnel_type, max(counted.as_of), max(total), min(total),
           CASE WHEN min(male) = max(male) THEN max(male) END,
           CASE WHEN min(female) = max(female) THEN max(female) END,
           count(*)::int, published_at, array_agg(DISTINCT source)
    FROM counted JOIN chosen USING (contributor, published_at) CROSS JOIN newest
    WHERE counted.as_of >= month
    GROUP BY contributor, mission, personnel_type, published_at
$$;
