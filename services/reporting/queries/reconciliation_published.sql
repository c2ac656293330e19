-- What the UN published: `published` is each State's newest publication of a date, taken whole, `dates` the days of it,
-- `without_staff` the days on which no State's return has staff officers.
published AS (
    SELECT contributor, as_of AS date, mission, personnel_type, min(contributor_as_published) AS as_published,
           CASE WHEN min(total) = max(total) AND count(*) = count(total) THEN min(total) END AS published,
           count(*)::int AS returns, max(publication) AS publication, max(published_at) AS published_at,
           bool_and(male::bigint + female = total) AS adds_up
    FROM (SELECT *, dense_rank() OVER (PARTITION BY contributor, as_of ORDER BY published_at DESC) AS age,
                 dense_rank() OVER (PARTITION BY contributor, as_of ORDER BY published_at) AS publication
          FROM strength_returns
          WHERE as_of <= :as_of::date AND {since? as_of >= :since::date}
            AND published_at < coalesce(:published_before::timestamptz, 'infinity')
            AND {contributor? contributor = :contributor::text}) AS vintages
    WHERE age = 1
    GROUP BY contributor, as_of, mission, personnel_type
), dates AS (
    SELECT contributor, date FROM published GROUP BY contributor, date
), without_staff AS (
    SELECT as_of AS date FROM strength_returns WHERE published_at < coalesce(:published_before::timestamptz, 'infinity')
    GROUP BY as_of HAVING NOT bool_or(personnel_type = 'staff_officers')
)
