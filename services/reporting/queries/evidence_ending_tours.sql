-- On what it rests that no tour ends: the tours of people who are there on the day; that every tour has a replacement:
-- those of them that end within the days asked. The days on record are those of arrivals.
SELECT compared, first_day, last_day
FROM (
    SELECT count(*) FILTER (WHERE NOT coalesce(:raised::boolean, false)
                                  OR leaves_on <= :as_of::date + coalesce(:within_days::int, 90)) AS compared
    FROM stays_on(:as_of::date) AS there
    WHERE {contributor? there.contributor = :contributor::text}
      AND {missions? there.mission = ANY (:missions::text[])}
      AND {categories? there.category = ANY (:categories::text[])}
      AND {mandate? split_part(there.line, '/', 1) = :mandate::text}
      AND {line? there.line = :line::text}
) AS present, (
    SELECT min(valid_from) AS first_day, max(valid_from) FILTER (WHERE valid_from <= :as_of::date) AS last_day
    FROM stays
    WHERE {contributor? contributor = :contributor::text}
      AND {missions? mission = ANY (:missions::text[])}
      AND {categories? category = ANY (:categories::text[])}
      AND {mandate? split_part(line, '/', 1) = :mandate::text}
      AND {line? line = :line::text}
) AS begun
