-- What every room keeps: how far it has read, and what it could not read.

CREATE TABLE IF NOT EXISTS consumed (
    consumer    text   NOT NULL,
    topic       text   NOT NULL,
    part        int    NOT NULL,
    next_offset bigint NOT NULL,  -- the start position after a restart; Kafka's committed offset is only a hint
    PRIMARY KEY (consumer, topic, part)
);

-- One row: the last position of each log. Its lock, held for an append alone, makes position order = commit order,
-- and because it is an ordinary row, a rollback takes the positions back: there are no gaps.
CREATE TABLE IF NOT EXISTS log_heads (
    only_row     boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    events       bigint      NOT NULL DEFAULT 0,
    outcomes     bigint      NOT NULL DEFAULT 0,
    dead_letters bigint      NOT NULL DEFAULT 0,
    recorded     timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO log_heads DEFAULT VALUES ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS dead_letters (
    position    bigint      PRIMARY KEY,
    topic       text        NOT NULL,
    part        int         NOT NULL,
    "offset"    bigint      NOT NULL,
    key         bytea,
    value       bytea,                 -- cut to a bound; the whole record stays in its topic
    value_bytes int         NOT NULL,  -- how long it was
    headers     jsonb       NOT NULL,
    reason      text        NOT NULL,
    field       text,
    remedy      text,
    recorded    timestamptz NOT NULL,
    UNIQUE (topic, part, "offset")
);

-- How far each log was carried to its topic, and until when sends of a relay that died may still arrive.
CREATE TABLE IF NOT EXISTS relayed (
    log           text        PRIMARY KEY,
    position      bigint      NOT NULL DEFAULT 0,
    sending_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO relayed (log) VALUES ('events'), ('outcomes'), ('dead_letters') ON CONFLICT DO NOTHING;
