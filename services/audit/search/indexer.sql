-- name: reach
SELECT leaf FROM messages_high_water_mark FOR UPDATE

-- name: reached
UPDATE messages_high_water_mark SET leaf = $1

-- name: behind
-- How many records are not to be found yet.
SELECT (SELECT size FROM tree) - (SELECT leaf FROM messages_high_water_mark)

-- name: unread
-- The next leaves of the tree; where records are missing, those behind the gap. A page is bounded as those of
-- selected_page.sql are, and a row that somebody gave a leaf beyond the tree does not end the looking.
SELECT leaf, topic, part, "offset", "timestamp", key, headers, value FROM (
    SELECT *, sum(octet_length(headers) + coalesce(octet_length(value), 0) + coalesce(octet_length(key), 0))
        OVER (ORDER BY leaf ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
    FROM records WHERE leaf >= $1 AND leaf < (SELECT size FROM tree) ORDER BY leaf LIMIT $2
) AS page WHERE bytes_before IS NULL OR bytes_before < $3 ORDER BY leaf

-- name: at
SELECT * FROM messages WHERE (topic, part, "offset") = ($1, $2, $3)

-- name: referred_to
-- A command that came over HTTP, as its events refer to it.
SELECT * FROM messages WHERE reference = $1 ORDER BY leaf LIMIT 1

-- name: with_id
-- The first record with an id; a command that was sent again comes again. Only of messages of an earlier version, which do
-- not name the record that led to them: anybody may have sent something under this id before.
SELECT * FROM messages WHERE id = $1 AND kind IN ('command', 'event') ORDER BY leaf LIMIT 1

-- name: named
-- What somebody means by an id: the event, or the command that was decided, or the first that was sent.
SELECT * FROM messages AS named WHERE id = $1 AND kind IN ('command', 'event')
ORDER BY kind = 'event' DESC,
         EXISTS (SELECT FROM messages AS effect
                 WHERE effect.kind IN ('event', 'outcome')
                   AND effect.cause IN (named.topic || '/' || named.part || '/' || named."offset", named.reference)) DESC,
         leaf
LIMIT 1

-- name: effects
-- What some causes led to, level by level; the first so many.
SELECT * FROM messages WHERE cause = ANY ($1::text[]) ORDER BY leaf LIMIT $2
