-- The newest first, before a number.
SELECT nr, reader, request, client, allowed, at FROM readings
WHERE nr < :before::bigint AND {reader? reader = :reader::text} ORDER BY nr DESC LIMIT :limit::bigint
