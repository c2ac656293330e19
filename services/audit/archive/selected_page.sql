-- Some rows, and of these as many as some bytes hold: memory has a bound, whatever the size of a record. The length of
-- a value is known without reading it.
SELECT leaf, topic, part, "offset", "timestamp", key, headers, value FROM (
    SELECT *, sum(octet_length(headers) + coalesce(octet_length(value), 0))
        OVER (ORDER BY leaf ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
    FROM records WHERE leaf > :after::bigint AND leaf < :before::bigint AND {include selected}
    ORDER BY leaf LIMIT :records_max::bigint
) AS page WHERE bytes_before IS NULL OR bytes_before < :bytes_max::bigint ORDER BY leaf
