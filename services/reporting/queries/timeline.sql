-- What happened between two days, by when it was true: one row for each event. A State's are those that name it and
-- those of what is its own; what the UN does (its missions, its vacancies) is in the timeline of no State.
SELECT day, service, position, 1 AS events
FROM events
WHERE day BETWEEN :since::date AND :as_of::date
  AND {contributor? contributor = :contributor::text}
