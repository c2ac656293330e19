-- Moves of a tour that were decided after the day: of each tour the end that it had on the day.
later AS MATERIALIZED (
    SELECT tour, old_departs_on FROM tour_date_changes AS change
    WHERE decided_on > :as_of::date AND {contributor? contributor = :contributor::text}
      AND version = (SELECT min(version) FROM tour_date_changes AS each
                     WHERE each.tour = change.tour AND each.decided_on > :as_of::date)
)
