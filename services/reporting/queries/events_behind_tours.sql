-- `tours_behind`: the tours that the number may rest on, and whether their events are listed whatever they changed. Of a
-- strength: whoever is there on the day, and of the tours that were ever corrected those that a correction took out of it.
tours_behind AS (
    SELECT id, bool_or(is_listed) AS is_listed
    FROM (
        SELECT :tour::text AS id, true AS is_listed WHERE :tour::text IS NOT NULL
        UNION ALL
        SELECT tours.id, false FROM tours WHERE :mission::text IS NULL AND tours.line = :line::text
        UNION ALL
        SELECT tours.id, false
        FROM (SELECT own.id AS line FROM mandate_lines AS own WHERE own.mandate = :mandate::text OFFSET 0) AS lines
        JOIN tours ON tours.line = lines.line
        WHERE :mission::text IS NULL
        UNION ALL
        SELECT there.tour, true FROM stays_on(:as_of::date) AS there
        WHERE :mission::text IS NOT NULL AND there.mission = :mission::text
          AND {contributor? there.contributor = :contributor::text}
          AND {category? there.category = :category::text}
          AND {rank? coalesce(there.rank, 'none') = :rank::text}
          AND {line? there.line = :line::text}
          AND {mandate? split_part(there.line, '/', 1) = :mandate::text}
        UNION ALL
        SELECT there.tour, true FROM stays_on(:as_of::date) AS there
        WHERE coalesce(:tour::text, :line::text, :mandate::text, :mission::text) IS NULL
          AND there.contributor = :contributor::text
          AND {category? there.category = :category::text}
          AND {rank? coalesce(there.rank, 'none') = :rank::text}
        UNION ALL
        SELECT corrected.aggregate_id, false FROM events AS corrected
        WHERE corrected.type = 'forcegen.deployments.TourCorrected' AND :tour::text IS NULL
          AND (:mission::text IS NOT NULL OR coalesce(:line::text, :mandate::text) IS NULL)
          AND {contributor? corrected.contributor = :contributor::text}
    ) AS each
    GROUP BY id
)
