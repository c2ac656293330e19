-- On what it rests that no date moved: the tours that were there in the period, and those still to come.
SELECT count(DISTINCT tour) FILTER (WHERE in_period AND day <= :as_of::date) AS compared, min(day) AS first_day,
       max(day) FILTER (WHERE day <= :as_of::date) AS last_day
FROM (
    SELECT tour, valid_from AS day, contributor, line, mission, category,
           valid_to IS NULL OR valid_to > coalesce(:since::date, '-infinity') AS in_period
    FROM stays
    UNION ALL
    SELECT id, least((planned_at AT TIME ZONE 'UTC')::date, planned_from), contributor, line, mission, category, true
    FROM to_come_on(:as_of::date)
) AS moving
WHERE {contributor? contributor = :contributor::text}
  AND {missions? mission = ANY (:missions::text[])}
  AND {categories? category = ANY (:categories::text[])}
  AND {mandate? split_part(line, '/', 1) = :mandate::text}
  AND {line? line = :line::text}
  AND {tour? tour = :tour::text}
