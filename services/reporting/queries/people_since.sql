-- Question 3: people and tours since a day, by mission: all who served there at any time from then until the day asked.
-- A person counts once over several tours; a unit counts its people in each tour. Who served in two missions is in both
-- rows of people_in_mission, but only in one of people (that of the first stay), so that people adds up to the total.
-- All of it follows from comparing each stay with the same person's earlier ones, so they are sorted once.
WITH served AS (
    SELECT headcount, mission, contributor, row_number() OVER before = 1 AS first_of_who,
           row_number() OVER before = 1 OR tour <> ALL (array_agg(tour) OVER before) AS first_of_tour,
           row_number() OVER before = 1
               OR contributor || '/' || mission <> ALL (array_agg(contributor || '/' || mission) OVER before)
               AS first_in_mission,
           row_number() OVER before = 1 OR tour || '/' || mission <> ALL (array_agg(tour || '/' || mission) OVER before)
               AS first_of_tour_in_mission
    FROM stays_between(:since::date, greatest(:as_of::date, :since::date))
    WHERE valid_from <= :as_of::date
      AND {contributor? contributor = :contributor::text}
      AND {missions? mission = ANY (:missions::text[])}
      AND {categories? category = ANY (:categories::text[])}
      AND {mandate? split_part(line, '/', 1) = :mandate::text}
      AND {line? line = :line::text}
      AND {count? (:count::text = 'officers') = (person IS NOT NULL)}
    WINDOW before AS (PARTITION BY coalesce(person, tour) ORDER BY valid_from, tour, nth
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT contributor, mission,
       coalesce(sum(headcount) FILTER (WHERE first_of_who), 0)::int AS people,
       coalesce(sum(headcount) FILTER (WHERE first_in_mission), 0)::int AS people_in_mission,
       (count(*) FILTER (WHERE first_of_tour))::int AS tours,
       (count(*) FILTER (WHERE first_of_tour_in_mission))::int AS tours_in_mission
FROM served
GROUP BY contributor, mission
