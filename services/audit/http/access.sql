-- name: read
INSERT INTO readings (reader, asked, client, allowed) VALUES ($1, $2, $3, $4)

-- name: readings
-- The newest first, before a number.
SELECT nr, reader, asked, client, allowed, at FROM readings
WHERE nr < $1 AND ($2::text IS NULL OR reader = $2) ORDER BY nr DESC LIMIT $3
