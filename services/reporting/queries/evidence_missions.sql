-- On what it rests that there is no such mission: the missions on record that were established by the day.
SELECT count(*) FILTER (WHERE established_on <= :as_of::date) AS compared, min(established_on) AS first_day,
       max(established_on) FILTER (WHERE established_on <= :as_of::date) AS last_day
FROM missions
