-- name: advance
-- Compare and set: a consumer that was replaced while it worked changes nothing and learns that it was.
UPDATE consumed SET next_offset = step.next_offset
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS step (topic, part, expected, next_offset)
WHERE consumed.consumer = $1 AND consumed.topic = step.topic AND consumed.part = step.part
  AND consumed.next_offset = step.expected
RETURNING 1

-- name: pass_over
INSERT INTO passed_over (consumer, topic, part, first_offset, next_offset, reason)
SELECT $1, topic, part, first_offset, next_offset, reason
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::text[])
     AS passage (topic, part, first_offset, next_offset, reason)
ON CONFLICT (consumer, topic, part, first_offset)
DO UPDATE SET next_offset = excluded.next_offset, reason = excluded.reason, recorded = excluded.recorded

-- name: passed_over
SELECT topic, part, first_offset, next_offset, reason, recorded
FROM passed_over WHERE consumer = $1 ORDER BY recorded DESC, topic, part, first_offset DESC LIMIT $2

-- name: deleted_unread
SELECT topic, part, first_offset, next_offset
FROM passed_over WHERE consumer = $1 AND reason = 'deleted' ORDER BY topic, part, first_offset

-- name: begin_consuming
-- A partition that was never read begins at 0.
WITH fresh AS (
    INSERT INTO consumed (consumer, topic, part, next_offset)
    SELECT $1, topic, part, 0 FROM unnest($2::text[], $3::int[]) AS asked (topic, part)
    ON CONFLICT DO NOTHING
    RETURNING topic, part, next_offset
)
SELECT topic, part, next_offset FROM fresh
UNION ALL
SELECT consumed.topic, consumed.part, consumed.next_offset
FROM consumed JOIN unnest($2::text[], $3::int[]) AS asked (topic, part) USING (topic, part)
WHERE consumed.consumer = $1

-- name: stored_offsets
SELECT topic, part, next_offset FROM consumed WHERE consumer = $1

-- name: take_positions
-- The append's lock. The recorded time never runs backwards along the positions, whatever the clock does. What a demo's
-- clock records leaves it where it is, and is on record no earlier than that.
UPDATE log_heads
SET events = events + $1, outcomes = outcomes + $2, dead_letters = dead_letters + $3, admitted = admitted + $4,
    recorded = CASE WHEN $5 THEN greatest(recorded, clock_timestamp()) ELSE recorded END
RETURNING events - $1 AS events, outcomes - $2 AS outcomes, dead_letters - $3 AS dead_letters,
          admitted - $4 AS admitted, greatest(recorded, '1900-01-01 00:00:00+00') AS recorded, clock_timestamp() AS clock

-- name: moved
-- Streams that moved on since they were read: the decision must be made anew.
SELECT seen.stream
FROM unnest($1::text[], $2::int[]) AS seen (stream, version)
WHERE EXISTS (SELECT FROM events WHERE events.stream = seen.stream AND events.version > seen.version)

-- name: load
-- Everything after the versions that are known already, for all streams of a batch at once.
SELECT events.stream, events.version, events.id, events.type, events.schema_version, events.data, events.effective,
       events.authtype, events.authid, events.actor, events.authregister
FROM unnest($1::text[], $2::int[]) AS known (stream, version)
JOIN events ON events.stream = known.stream AND events.version > known.version
ORDER BY events.stream, events.version

-- name: append_events
INSERT INTO events (position, stream, version, id, type, schema_version, data, effective, recorded,
                    correlation_id, causation_id, actor, traceparent,
                    authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace, democlock)
SELECT $1 + nr, stream, version, id, type, schema_version, data::json, effective, greatest($2, democlock),
       correlation_id, causation_id, actor, traceparent,
       authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace, democlock
FROM unnest($3::text[], $4::int[], $5::uuid[], $6::text[], $7::int[], $8::text[], $9::timestamptz[],
            $10::text[], $11::text[], $12::text[], $13::text[],
            $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[],
            $21::timestamptz[])
     WITH ORDINALITY AS new (stream, version, id, type, schema_version, data, effective,
                             correlation_id, causation_id, actor, traceparent,
                             authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace,
                             democlock, nr)

-- name: event_ids_taken
SELECT id FROM events WHERE id = ANY ($1::uuid[])

-- name: append_outcomes
INSERT INTO outcomes (position, command_source, command_id, stream, body, correlation_id, recorded,
                      authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace, democlock)
SELECT $1 + nr, source, id, stream, body::json, correlation_id, greatest($2, democlock),
       authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace, democlock
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::timestamptz[])
     WITH ORDINALITY AS new (source, id, stream, body, correlation_id,
                             authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace,
                             democlock, nr)

-- name: append_admitted
INSERT INTO admitted (position, stream, headers, data, recorded, authtype, authid, authkey, authproof, authregister)
SELECT $1 + nr, stream, headers::json, data, $2, authtype, authid, authkey, authproof, authregister
FROM unnest($3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
     WITH ORDINALITY AS new (stream, headers, data, authtype, authid, authkey, authproof, authregister, nr)

-- name: answer
-- A pending answer gives way to the final one; any other answer stands for ever.
INSERT INTO inbox (identity, command_source, command_id, digest, status, outcome)
SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::bigint[])
ON CONFLICT (identity) DO UPDATE SET status = excluded.status, outcome = excluded.outcome
WHERE inbox.status = 'pending'
RETURNING 1

-- name: answers
SELECT inbox.command_source, inbox.command_id, inbox.digest, outcomes.body
FROM unnest($1::bytea[]) AS asked (identity)
JOIN inbox USING (identity)
JOIN outcomes ON outcomes.position = inbox.outcome

-- name: answers_by_id
SELECT outcomes.body FROM inbox JOIN outcomes ON outcomes.position = inbox.outcome
WHERE inbox.command_id = $1 AND ($2::text IS NULL OR inbox.command_source = $2)
  AND ($3::text[] IS NULL OR outcomes.authid = ANY ($3))
ORDER BY inbox.command_source LIMIT 10

-- name: claims
SELECT claims.owner, claims.kind, claims.holder, lower(during) AS start, upper(during) AS "end"
FROM unnest($1::text[], $2::text[]) AS asked (kind, holder) JOIN claims USING (kind, holder)

-- name: release
DELETE FROM claims WHERE owner = ANY ($1::text[])

-- name: claim
INSERT INTO claims (owner, kind, holder, during)
SELECT owner, kind, holder, daterange(start, "end")
FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[]) AS new (owner, kind, holder, start, "end")

-- name: wait
INSERT INTO pending (identity, command_source, command_id, waits_for, waits_after, envelope, principal, place, since)
SELECT identity, source, id, waits_for, waits_after, envelope, principal::json, place, $9
FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bytea[], $7::text[], $8::text[])
     AS new (identity, source, id, waits_for, waits_after, envelope, principal, place)
ON CONFLICT (identity)
DO UPDATE SET waits_for = excluded.waits_for, waits_after = excluded.waits_after

-- name: wait_no_more
DELETE FROM pending WHERE identity = ANY ($1::bytea[])

-- name: ready
-- Waiting commands whose stream has moved since they were last tried, oldest first.
SELECT envelope, principal, place FROM pending
WHERE EXISTS (SELECT FROM events WHERE stream = waits_for AND version > waits_after)
ORDER BY since, command_source, command_id LIMIT $1

-- name: waiting
SELECT command_source, command_id, waits_for, since FROM pending
WHERE (since, command_source, command_id) > ($1, $2, $3)
ORDER BY since, command_source, command_id LIMIT $4

-- name: add_dead_letters
-- A record becomes a dead letter once, however often it is read.
INSERT INTO dead_letters (position, topic, part, "offset", key, key_bytes, value, value_bytes, headers, headers_number,
                          reason, field, remedy, recorded)
SELECT $1 + nr, topic, part, "offset", key, key_bytes, value, value_bytes, headers::jsonb, headers_number,
       reason, field, remedy, $2
FROM unnest($3::text[], $4::int[], $5::bigint[], $6::bytea[], $7::int[], $8::bytea[], $9::int[], $10::text[],
            $11::int[], $12::text[], $13::text[], $14::text[])
     WITH ORDINALITY AS new (topic, part, "offset", key, key_bytes, value, value_bytes, headers, headers_number,
                             reason, field, remedy, nr)

-- name: dead_letters_after
SELECT position, topic, part, "offset", key, key_bytes, value, value_bytes, headers, headers_number,
       reason, field, remedy, recorded
FROM dead_letters WHERE position > $1 ORDER BY position LIMIT $2

-- name: outcomes_after
SELECT position, command_source, command_id, stream, body, correlation_id, recorded,
       authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace,
       democlock
FROM outcomes WHERE position > $1 ORDER BY position LIMIT $2

-- name: events_after
SELECT position, stream, version, id, type, schema_version, data, effective, recorded, correlation_id, causation_id,
       actor, traceparent, authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace,
       democlock
FROM events WHERE position > $1 ORDER BY position LIMIT $2

-- name: events_at
SELECT position, stream, version, id, type, schema_version, data, effective, recorded, correlation_id, causation_id,
       actor, traceparent, authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace,
       democlock
FROM events WHERE position = ANY ($1::bigint[])

-- name: outcomes_at
SELECT position, command_source, command_id, stream, body, correlation_id, recorded,
       authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace,
       democlock
FROM outcomes WHERE position = ANY ($1::bigint[])

-- name: dead_letters_at
SELECT position, topic, part, "offset", key, key_bytes, value, value_bytes, headers, headers_number,
       reason, field, remedy, recorded
FROM dead_letters WHERE position = ANY ($1::bigint[])

-- name: admitted_after
SELECT position, stream, headers, data, recorded, authtype, authid, authkey, authproof, authregister
FROM admitted WHERE position > $1 ORDER BY position LIMIT $2

-- name: admitted_at
SELECT position, stream, headers, data, recorded, authtype, authid, authkey, authproof, authregister
FROM admitted WHERE position = ANY ($1::bigint[])

-- name: admitted_key
SELECT stream FROM admitted WHERE position = $1

-- name: event_key
SELECT stream FROM events WHERE position = $1

-- name: outcome_key
SELECT stream FROM outcomes WHERE position = $1

-- name: dead_letter_key
SELECT topic, part, "offset", key FROM dead_letters WHERE position = $1

-- name: words
SELECT type, schema_version FROM event_words ORDER BY type, schema_version

-- name: add_words
INSERT INTO event_words (type, schema_version) SELECT * FROM unnest($1::text[], $2::int[]) ON CONFLICT DO NOTHING

-- name: hold
-- A record is held once, however often it is read.
INSERT INTO held (topic, part, "offset", stream, version, type, key, value, header_names, header_values, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (topic, part, "offset") DO NOTHING

-- name: unhold
DELETE FROM held USING unnest($1::text[], $2::int[], $3::bigint[]) AS done (topic, part, "offset")
WHERE (held.topic, held.part, held."offset") = (done.topic, done.part, done."offset")
RETURNING 1

-- name: held_streams
SELECT DISTINCT held.topic, held.stream
FROM held JOIN unnest($1::text[], $2::text[]) AS asked (topic, stream) USING (topic, stream)

-- name: held_number
SELECT count(*) FROM held

-- name: held_next
-- The first of each stream that waits, those tried longest ago first.
SELECT topic, stream FROM (
    SELECT DISTINCT ON (topic, stream) topic, stream, tried, nr FROM held ORDER BY topic, stream, version, "offset"
) AS first
ORDER BY tried, nr LIMIT $1

-- name: held_of
SELECT topic, part, "offset", stream, version, type, key, value, header_names, header_values, reason
FROM held WHERE topic = $1 AND stream = $2 ORDER BY version, "offset" LIMIT $3

-- name: held_at
SELECT topic, part, "offset", stream, version, type, key, value, header_names, header_values, reason
FROM held WHERE (topic, part, "offset") = ($1, $2, $3)

-- name: drop_proposed
SELECT drop_proposed_by, drop_reason FROM held WHERE (topic, part, "offset") = ($1, $2, $3)

-- name: propose_drop
UPDATE held SET drop_proposed_by = $4, drop_reason = $5 WHERE (topic, part, "offset") = ($1, $2, $3)

-- name: held_tried
UPDATE held SET attempts = attempts + 1, tried = now(), reason = $4
WHERE (topic, part, "offset") = ($1, $2, $3)

-- name: held
SELECT nr, topic, part AS partition, "offset", stream, version, type, reason, since, attempts,
       drop_proposed_by, drop_reason
FROM held WHERE nr > $1 ORDER BY nr LIMIT $2

-- name: latest_register
SELECT version, sha256 FROM registers ORDER BY version DESC LIMIT 1

-- name: note_register
INSERT INTO registers (version, sha256) VALUES ($1, $2) ON CONFLICT (version) DO NOTHING
