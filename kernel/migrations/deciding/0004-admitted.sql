-- Commands that came over HTTP, exactly as they came, in the binary content mode of CloudEvents' Kafka binding: no topic
-- of commands has them, and a signature is verified over these bytes for ever.
CREATE TABLE admitted (
    position     bigint      PRIMARY KEY,
    stream       text        NOT NULL,
    headers      json        NOT NULL,  -- pairs of name and text; json, not jsonb: it holds U+0000
    data         bytea       NOT NULL,
    recorded     timestamptz NOT NULL,
    authtype     text        NOT NULL,
    authid       text,
    authkey      text,
    authproof    text,
    authregister text
);

-- The record of the command that an outcome answers, as `events.causeplace`; NULL in rows of an earlier version.
ALTER TABLE outcomes ADD COLUMN causeplace text;
