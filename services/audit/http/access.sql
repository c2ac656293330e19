-- name: read
INSERT INTO readings (reader, asked, client, allowed) VALUES ($1, $2, $3, $4)
