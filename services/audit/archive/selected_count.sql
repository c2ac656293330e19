-- How many records have to be read.
SELECT count(*) FROM records WHERE leaf > :after::bigint AND leaf < :before::bigint AND {include selected}
