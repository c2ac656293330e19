-- The tours that end: `present` are those of the day with the end that they had then (a move decided `later` is undone),
-- `ending` those of them that the question is about.
{include decided_later}, present AS NOT MATERIALIZED (
    SELECT tour, mission AS is_in, category, line, leaves_on AS ends_on
    FROM stays_on(:as_of::date) AS there
    WHERE NOT EXISTS (SELECT FROM later WHERE later.tour = there.tour)
      AND {contributor? there.contributor = :contributor::text}
    UNION ALL
    SELECT there.tour, there.mission, there.category, there.line, coalesce(later.old_departs_on, there.leaves_on)
    FROM later JOIN stays_on(:as_of::date) AS there ON there.tour = later.tour
    WHERE {contributor? there.contributor = :contributor::text}
), ending AS MATERIALIZED (
    SELECT tours.id, tours.contributor, tours.mandate, tours.line, present.is_in, tours.category, tours.rank,
           tours.person, tours.unit, tours.post, tours.vacancy, tours.arrived_on, tours.headcount, present.ends_on
    FROM present JOIN tours ON tours.id = present.tour
    WHERE ends_on <= :as_of::date + coalesce(:within_days::int, 90)
      AND {missions? is_in = ANY (:missions::text[])}
      AND {categories? present.category = ANY (:categories::text[])}
      AND {mandate? split_part(present.line, '/', 1) = :mandate::text}
      AND {line? present.line = :line::text}
)
