-- Each State in a mission and type: in which returns it is there, and with what.
newest AS MATERIALIZED (  -- each State's newest publication of a month, taken whole
    SELECT contributor, date_trunc('month', as_of::timestamp)::date AS month, max(published_at) AS published_at
    FROM strength_returns
    WHERE as_of <= :as_of::date AND published_at < coalesce(:published_before::timestamptz, 'infinity')
    GROUP BY 1, 2
), calendar AS (
    SELECT month, (row_number() OVER (ORDER BY month))::int AS nr FROM (SELECT DISTINCT month FROM newest) AS months
), returns AS MATERIALIZED (
    SELECT contributor, month, published_at, nr FROM newest JOIN calendar USING (month)
), series AS MATERIALIZED (  -- a State in a mission and type: in which returns it is there, and with what
    SELECT contributor, mission, personnel_type, range_agg(int4range(nr, nr + 1)) AS there,
           array_agg(nr ORDER BY nr, total DESC) AS turns, array_agg(total ORDER BY nr, total DESC) AS people,
           array_agg(as_of ORDER BY nr, total DESC) AS dates, array_agg(event ORDER BY nr, total DESC) AS events
    FROM strength_returns JOIN returns USING (contributor, published_at)
    WHERE date_trunc('month', as_of::timestamp)::date = month AND as_of <= :as_of::date AND coalesce(total, 1) > 0
      AND {contributor? mission || '/' || personnel_type = ANY (ARRAY(
          SELECT DISTINCT mission || '/' || personnel_type FROM strength_returns
          WHERE contributor = :contributor::text))}
    GROUP BY contributor, mission, personnel_type
)
