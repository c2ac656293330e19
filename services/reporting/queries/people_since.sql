-- Question 3: people and tours since a day, by mission: all who served there at any time from then until the day asked.
-- A person counts once over several tours; a unit counts its people in each tour. Who served in two missions is in both
-- rows of people_in_mission, but only in one of people (that of the first stay), so that people adds up to the total.
WITH stays AS (
    SELECT tours.id AS tour, coalesce(person, tours.id) AS who, headcount, stay.mission, stay.contributor,
           row_number() OVER (PARTITION BY coalesce(person, tours.id) ORDER BY stay.since, stay.tour, stay.nth) = 1
               AS first_of_who,
           row_number() OVER (PARTITION BY tours.id ORDER BY stay.nth) = 1 AS first_of_tour,
           row_number() OVER (PARTITION BY coalesce(person, tours.id), stay.mission, stay.contributor
                              ORDER BY stay.since, stay.tour, stay.nth) = 1 AS first_in_mission
    FROM tour_missions AS stay JOIN tours ON tours.id = stay.tour
    WHERE days(stay.since, stay.until) && daterange(:since::date, greatest(:as_of::date, :since::date), '[]')
      AND stay.since <= :as_of::date
      AND (:contributor::text IS NULL OR stay.contributor = :contributor::text)
      AND (:missions::text[] IS NULL OR stay.mission = ANY (:missions::text[]))
      AND (:categories::text[] IS NULL OR category = ANY (:categories::text[]))
      AND (:mandate::text IS NULL OR mandate = :mandate::text)
      AND (:line::text IS NULL OR line = :line::text)
      AND (:count::text IS NULL OR (:count::text = 'officers') = (person IS NOT NULL))
)
SELECT contributor, mission,
       coalesce(sum(headcount) FILTER (WHERE first_of_who), 0)::int AS people,
       coalesce(sum(headcount) FILTER (WHERE first_in_mission), 0)::int AS people_in_mission,
       (count(*) FILTER (WHERE first_of_tour))::int AS tours,
       count(DISTINCT tour)::int AS tours_in_mission
FROM stays
GROUP BY contributor, mission
