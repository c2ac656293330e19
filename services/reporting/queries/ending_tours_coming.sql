-- What comes in the place of one that ends: `other` tours, nominations, and vacancies that are open; the surer the
-- higher the stage.
other AS (  -- every other tour in the same post or vacancy that is not over
    SELECT id, vacancy, mission, post, arrived_on, arrives_on, planned_from
    FROM tours
    WHERE over_on(departed_on, cancelled_on) > :as_of::date
      AND (post = ANY (ARRAY(SELECT post FROM ending))
           OR vacancy = ANY (ARRAY(SELECT vacancy FROM ending)))
), coming AS (
    SELECT CASE WHEN arrived_on <= :as_of::date THEN 4 ELSE 3 END AS stage, other.id, other.vacancy, other.mission,
           other.post, coalesce(arrived_on, arrives_on, planned_from) AS comes_on
    FROM other WHERE NOT EXISTS (SELECT FROM ending WHERE ending.id = other.id)
    UNION ALL
    SELECT CASE WHEN accepted_on <= :as_of::date THEN 2 ELSE 1 END, named.id, named.vacancy, named.mission,
           coalesce(named.post, vacancies.post), named.report_on
    FROM nominations AS named JOIN vacancies ON vacancies.vacancy = named.vacancy
    WHERE nominated_on <= :as_of::date AND (named.ended_on IS NULL OR named.ended_on > :as_of::date)
      AND (accepted_on <= :as_of::date OR valid_until > :as_of::date)
      AND NOT EXISTS (SELECT FROM tours WHERE tours.vacancy = named.vacancy AND tours.nomination = named.nomination)
    UNION ALL
    SELECT 0, vacancy, vacancy, mission, post, NULL
    FROM vacancies CROSS JOIN generate_series(1 + (  -- a place with a nomination is reported by that
        SELECT count(*) FROM nominations AS named
        WHERE named.vacancy = vacancies.vacancy AND nominated_on BETWEEN reopened_on AND :as_of::date
          AND (named.ended_on IS NULL OR named.ended_on > :as_of::date)), greatest(places, 1))
    WHERE reopened_on <= :as_of::date AND (filled_on IS NULL OR filled_on > :as_of::date)
      AND (ended_on IS NULL OR ended_on > :as_of::date)
)
