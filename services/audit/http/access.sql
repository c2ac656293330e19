-- name: read
INSERT INTO readings (reader, request, client, allowed) VALUES ($1, $2, $3, $4)
