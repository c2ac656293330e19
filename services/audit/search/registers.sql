-- name: keep_register
INSERT INTO registers (version, sha256, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- name: register
SELECT note FROM registers WHERE (version, sha256) = ($1, $2)

-- name: newest_register
SELECT note FROM registers ORDER BY version DESC, kept DESC LIMIT 1

-- name: outcome_of
-- The first answer to the command of a record, by the record's place or by its reference.
SELECT * FROM messages WHERE cause = ANY ($1::text[]) AND kind = 'outcome' ORDER BY leaf LIMIT 1

-- name: last_uses
-- For each key of a register, the last record that it led to: one look at the index each.
SELECT key, last.recorded, last.topic || '/' || last.part || '/' || last."offset" AS place
FROM unnest($1::text[]) AS key
CROSS JOIN LATERAL (
    SELECT recorded, topic, part, "offset" FROM messages WHERE authkey = key AND recorded IS NOT NULL
    ORDER BY leaf DESC LIMIT 1
) AS last
