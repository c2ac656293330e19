-- depends: 0003-tree
-- The archive in parts by month of archiving: an index stays as small as its month, and a month can be moved to other
-- disks, or be backed up once and for all, without touching the others.
--
-- A record's place is in the key of its month. That no place comes twice in two months is held by the stored offsets,
-- which move in the same transaction and only from where they are.

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('records') AND relkind = 'r') THEN
        ALTER TABLE records RENAME TO records_whole;
        ALTER INDEX records_pkey RENAME TO records_whole_pkey;
        DROP INDEX IF EXISTS records_leaf, records_unplanted;
    END IF;
END $$;

CREATE TABLE IF NOT EXISTS records (
    topic       text        NOT NULL,
    part        int         NOT NULL,
    "offset"    bigint      NOT NULL,
    "timestamp" bigint      NOT NULL,  -- milliseconds since 1970, as Kafka has it
    key         bytea,
    value       bytea,
    headers     bytea       NOT NULL,  -- packed, as they are hashed: docs/decisions/0011-what-a-leaf-holds.md
    archived    timestamptz NOT NULL DEFAULT now(),  -- of the transaction: COPY takes rows in bulk only with a default that holds still
    leaf        bigint,  -- which leaf it is; null only until the room has planted an archive of before there was a tree
    PRIMARY KEY (topic, part, "offset", archived)
) PARTITION BY RANGE (archived);
CREATE UNIQUE INDEX IF NOT EXISTS records_leaf ON records (leaf, archived);

-- The part of an instant's month, in UTC, made where there is none. The caller holds the tree, so nobody makes it twice.
CREATE OR REPLACE FUNCTION make_month(instant timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', instant, 'UTC');
    part text := 'records_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF records FOR VALUES FROM (%L) TO (%L)',
            part, first, date_add(first, interval '1 month', 'UTC'));
    END IF;
END $$;

-- Until here, headers were JSON: [[name, value in hexadecimal or null], ...].
CREATE OR REPLACE FUNCTION packed_headers(raw bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT int4send(count(*)::int) || coalesce(string_agg(
        int4send(octet_length(name)) || convert_to(name, 'UTF8')
        || CASE WHEN hex IS NULL THEN '\x00'
                ELSE '\x01' || int4send(octet_length(decode(hex, 'hex'))) || decode(hex, 'hex') END,
        '' ORDER BY nr), '')
    FROM jsonb_array_elements(convert_from(raw, 'UTF8')::jsonb) WITH ORDINALITY AS header (pair, nr),
         LATERAL (SELECT pair ->> 0 AS name, pair ->> 1 AS hex) AS told
$$;

DO $$
DECLARE
    each timestamptz;
BEGIN
    IF to_regclass('records_whole') IS NOT NULL THEN
        FOR each IN SELECT DISTINCT date_trunc('month', archived, 'UTC') FROM records_whole LOOP
            PERFORM make_month(each);
        END LOOP;
        INSERT INTO records (topic, part, "offset", "timestamp", key, value, headers, archived, leaf)
        SELECT topic, part, "offset", (extract(epoch FROM "timestamp") * 1000)::bigint, key, value,
               packed_headers(headers), archived, leaf
        FROM records_whole;
        DROP TABLE records_whole;
    END IF;
END $$;
DROP FUNCTION packed_headers;
