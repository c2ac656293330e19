-- Every record of every topic as Kafka had it. Nothing here is ever changed.
--
-- The archive is in parts by month of archiving: an index stays as small as its month, and a month can be moved to other
-- disks, or be backed up once and for all, without touching the others. A record's place is in the key of its month. That
-- no place comes twice in two months is held by the stored offsets, which move in the same transaction and only from
-- where they are.
CREATE TABLE records (
    topic       text        NOT NULL,
    part        int         NOT NULL,
    "offset"    bigint      NOT NULL,
    "timestamp" bigint      NOT NULL,  -- milliseconds since 1970, as Kafka has it
    key         bytea,
    value       bytea,
    headers     bytea       NOT NULL,  -- packed, as they are hashed: docs/decisions/0011-what-a-leaf-holds.md
    archived    timestamptz NOT NULL DEFAULT now(),  -- of the transaction: COPY takes rows in bulk only with a default that holds still
    leaf        bigint      NOT NULL,  -- which leaf it is
    PRIMARY KEY (topic, part, "offset", archived)
) PARTITION BY RANGE (archived);
CREATE UNIQUE INDEX records_leaf ON records (leaf, archived);

-- The Merkle tree over the archive, and what was signed of it. The one row of `tree` is the lock under which it grows.
CREATE TABLE tree (
    only_one bool   PRIMARY KEY DEFAULT true CHECK (only_one),
    size     bigint NOT NULL
);
INSERT INTO tree (size) VALUES (0);

CREATE TABLE tiles (
    level  int    NOT NULL,
    nr     bigint NOT NULL,
    hashes bytea  NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192),
    PRIMARY KEY (level, nr)
);
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;  -- hashes do not compress

CREATE TABLE checkpoints (
    nr     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    size   bigint      NOT NULL,
    note   text        NOT NULL,
    signed timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE handovers (
    nr   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    note text NOT NULL UNIQUE
);

-- What each archived record says of itself, so that it can be found: made from the records behind the archive's back,
-- by a loop that knows how far it is. Nothing is proved by it; whoever finds a record looks at the record and its proof.
-- Texts that an index may not hold are kept as their beginning and their hash (services/audit/search/indexer.py, `term`).
CREATE TABLE messages (
    leaf        bigint PRIMARY KEY,
    topic       text   NOT NULL,
    part        int    NOT NULL,
    "offset"    bigint NOT NULL,
    kind        text   NOT NULL,  -- command, event, outcome, dead letter
    id          text,             -- of the CloudEvent; null where the record is none
    source      text,
    type        text,
    stream      text,
    actor       text,
    status      text,             -- of an outcome: its status, and the rule that refused
    recorded    timestamptz,
    effective   timestamptz,
    correlation text,
    causation   text,             -- the id of what led to it
    cause       text              -- what it hangs under: that id; the event that a policy followed; what became a dead letter
);
CREATE INDEX messages_id ON messages (id, leaf);
CREATE INDEX messages_cause ON messages (cause, leaf);
CREATE INDEX messages_correlation ON messages (correlation, leaf);
CREATE INDEX messages_stream ON messages (stream, leaf);
CREATE INDEX messages_actor ON messages (actor, leaf);
CREATE INDEX messages_type ON messages (type, leaf);
CREATE INDEX messages_topic ON messages (topic, part, "offset");
CREATE INDEX messages_recorded ON messages (recorded);

-- The number of the next leaf to be looked at.
CREATE TABLE messages_high_water_mark (
    only_one bool   PRIMARY KEY DEFAULT true CHECK (only_one),
    leaf     bigint NOT NULL
);
INSERT INTO messages_high_water_mark (leaf) VALUES (0);

-- Who asked for content of the archive over HTTP, and was given it or not. Written before the answer; never changed.
CREATE TABLE readings (
    nr      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reader  text,                 -- null: nobody that is known
    request text        NOT NULL, -- method, path and query
    client  text,
    allowed boolean     NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX readings_by_reader ON readings (reader, nr);

-- What stops the signing until somebody has looked. An alarm stands until it is cleared by name, with a reason; a retry
-- that goes well changes nothing about it, and neither alarms nor clearances are ever changed.
CREATE TABLE alarms (
    nr     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind   text        NOT NULL,  -- tree: it does not begin with what was signed; witness: it saw another log than this
    detail text        NOT NULL,
    size   bigint,                -- of a witness: how many leaves it says that it saw
    raised timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE clearances (
    alarm      bigint PRIMARY KEY REFERENCES alarms,
    cleared_by text        NOT NULL,
    because    text        NOT NULL,
    cleared    timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Whoever signs holds this row, which a role that only reads cannot hold. (It could hold an advisory lock.)
CREATE TABLE signer (
    only_one bool PRIMARY KEY DEFAULT true CHECK (only_one)
);
INSERT INTO signer DEFAULT VALUES;

CREATE FUNCTION kept_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this is kept as it is';
END $$;
CREATE TRIGGER checkpoints_only_grow BEFORE UPDATE OR DELETE ON checkpoints
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER handovers_only_grow BEFORE UPDATE OR DELETE ON handovers
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER readings_only_grow BEFORE UPDATE OR DELETE ON readings
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER readings_stay BEFORE TRUNCATE ON readings
    FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER alarms_only_grow BEFORE UPDATE OR DELETE ON alarms
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER clearances_only_grow BEFORE UPDATE OR DELETE ON clearances
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER alarms_stay BEFORE TRUNCATE ON alarms
    FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER clearances_stay BEFORE TRUNCATE ON clearances
    FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();
