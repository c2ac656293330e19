-- What every service keeps: how far it has read, and what it could not read.

CREATE TABLE consumed (
    consumer    text   NOT NULL,
    topic       text   NOT NULL,
    part        int    NOT NULL,
    next_offset bigint NOT NULL,  -- the start position after a restart; Kafka's committed offset is only a hint
    PRIMARY KEY (consumer, topic, part)
);

-- Offsets that a consumer passed over because they hold no record: every jump has a reason, and is on record.
CREATE TABLE passed_over (
    consumer     text        NOT NULL,
    topic        text        NOT NULL,
    part         int         NOT NULL,
    first_offset bigint      NOT NULL,
    next_offset  bigint      NOT NULL CHECK (next_offset > first_offset),  -- the first offset behind them
    reason       text        NOT NULL,
    recorded     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, part, first_offset)
);

-- One row: the last position of each log. Its lock, held for an append alone, makes position order = commit order,
-- and because it is an ordinary row, a rollback takes the positions back: there are no gaps.
CREATE TABLE log_heads (
    only_row     boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    events       bigint      NOT NULL DEFAULT 0,
    outcomes     bigint      NOT NULL DEFAULT 0,
    dead_letters bigint      NOT NULL DEFAULT 0,
    recorded     timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO log_heads DEFAULT VALUES;

-- Every part of a dead letter is cut to a bound, and beside it stands how much there was; the whole record stays in its
-- topic. Offsets are stored with the dead letters, so that each record becomes one once. A topic that was made anew uses
-- its offsets a second time, and what becomes a dead letter then is another record.
CREATE TABLE dead_letters (
    position       bigint      PRIMARY KEY,
    topic          text        NOT NULL,
    part           int         NOT NULL,
    "offset"       bigint      NOT NULL,
    key            bytea,
    value          bytea,
    value_bytes    int         NOT NULL,
    headers        jsonb       NOT NULL,
    reason         text        NOT NULL,
    field          text,
    remedy         text,
    recorded       timestamptz NOT NULL,
    key_bytes      int,
    headers_number int
);
CREATE INDEX dead_letters_by_place ON dead_letters (topic, part, "offset");

-- How far each log was carried to its topic.
CREATE TABLE relayed (
    log      text   PRIMARY KEY,
    position bigint NOT NULL DEFAULT 0
);
INSERT INTO relayed (log) VALUES ('events'), ('outcomes'), ('dead_letters');

-- Which session carries the logs, as a row: nobody holds it who may not write here, and it says who that is.
CREATE TABLE relay_holder (
    only_row      boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    process       int,         -- the server's process of the holder's session; with `since`, no other session's ever
    since         timestamptz,
    role          oid,
    name          text,        -- the machine and the process of the relay
    sending_until timestamptz NOT NULL DEFAULT '-infinity'  -- how long sends of a relay that died may still arrive
);
INSERT INTO relay_holder DEFAULT VALUES;
