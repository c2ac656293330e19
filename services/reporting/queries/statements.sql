-- Raise R4: each number that an official said, against what the register tells of that day. Without missions or
-- categories it is about all of them; `about` may be a tenth off, rounded up, before it is raised.
SELECT compared.contributor, compared.statement, compared.date, compared.measure, compared.since, compared.missions, compared.categories,
       compared.qualifier, compared.value, compared.register, compared.register - compared.value AS difference, compared.tolerance,
       CASE WHEN abs(compared.register - compared.value) > compared.tolerance THEN 'R4' END AS raise, compared.source, compared.event,
       EXISTS (SELECT FROM parked JOIN mandates ON starts_with(stream, 'line/' || mandates.mandate || '/')
               WHERE service = 'deployments' AND mandates.contributor = compared.contributor) AS incomplete
FROM (
    SELECT said.*, said.as_of AS date,
           CASE said.qualifier WHEN 'about' THEN ceil(said.value / 10.0)::int ELSE 0 END AS tolerance,
           (SELECT coalesce(CASE said.measure
                       WHEN 'present' THEN sum(headcount) FILTER (WHERE is_there)
                       WHEN 'people_since' THEN sum(headcount) FILTER (WHERE first_of_who)
                       ELSE count(*) FILTER (WHERE first_of_tour) END, 0)::int
            FROM (SELECT stay.headcount, stay.valid_to IS NULL OR stay.valid_to > said.as_of AS is_there,
                         row_number() OVER (PARTITION BY coalesce(person, stay.tour)
                                            ORDER BY stay.valid_from, stay.tour, stay.nth) = 1 AS first_of_who,
                         row_number() OVER (PARTITION BY stay.tour ORDER BY stay.nth) = 1 AS first_of_tour
                  FROM stays AS stay
                  WHERE stay.contributor = said.contributor AND stay.valid_from <= said.as_of
                    AND (stay.valid_to IS NULL
                         OR (stay.valid_to > stay.valid_from AND stay.valid_to > coalesce(said.since, '-infinity')))
                    AND (cardinality(said.missions) = 0 OR stay.mission = ANY (said.missions))
                    AND (cardinality(said.categories) = 0 OR stay.category = ANY (said.categories))) AS counted
           ) AS register
    FROM official_statements AS said
    WHERE said.as_of <= :as_of::date AND {since? said.as_of >= :since::date}
      AND {contributor? said.contributor = :contributor::text}
      AND {missions? said.missions && :missions::text[]}
) AS compared
WHERE {raised? (abs(compared.register - compared.value) > compared.tolerance) = :raised::boolean}
