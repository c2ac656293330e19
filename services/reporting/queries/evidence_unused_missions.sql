-- On what it rests that every approved mission was used: the missions of the mandate lines that are in force on the day.
SELECT count(DISTINCT (lines.mandate, mission)) FILTER (
           WHERE lines.since <= :as_of::date AND (coalesce(:all::boolean, false) OR in_force(
               lines.since, lines.ends_on, terms.valid_from, terms.valid_until, :as_of::date))) AS compared,
       min(lines.since) AS first_day, max(lines.since) FILTER (WHERE lines.since <= :as_of::date) AS last_day
FROM mandate_lines AS lines CROSS JOIN LATERAL terms_of(lines.id, :as_of::date) AS terms
CROSS JOIN unnest(terms.missions) AS mission
WHERE {contributor? lines.contributor = :contributor::text}
  AND {mandate? lines.mandate = :mandate::text}
  AND {missions? mission = ANY (:missions::text[])}
