-- What must never be: steps of a line that are not those of a sweep over all of its stays. It reads every stay, so not
-- for every page. No row is the answer that is wanted.
WITH lines AS (
    SELECT array_agg(DISTINCT line) AS ids FROM (SELECT line FROM line_terms UNION ALL SELECT line FROM stays) AS each
), swept AS (
    SELECT line, coalesce(mission, '') AS mission, valid_from, coalesce(valid_to, 'infinity') AS valid_to, people, "limit"
    FROM lines, occupancy_swept('9999-12-31', lines.ids, ARRAY(SELECT DISTINCT contributor FROM stays), '-infinity')
), kept AS (
    SELECT line, mission, valid_from, valid_to, people, "limit" FROM line_occupancy
)
(SELECT 'swept' AS where_found, swept.* FROM swept EXCEPT ALL SELECT 'swept', kept.* FROM kept)
UNION ALL
(SELECT 'kept', kept.* FROM kept EXCEPT ALL SELECT 'kept', swept.* FROM swept)
ORDER BY line, mission, valid_from
