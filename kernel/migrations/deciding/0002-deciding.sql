-- depends: 0001-kernel
-- What a deciding room keeps: its events (which are its outbox), its answers, its claims, and what waits.

CREATE TABLE IF NOT EXISTS events (
    position       bigint      PRIMARY KEY,
    stream         text        NOT NULL,
    version        int         NOT NULL CHECK (version > 0),
    id             uuid        NOT NULL UNIQUE,
    type           text        NOT NULL,
    schema_version int         NOT NULL,
    data           json        NOT NULL,  -- json, not jsonb: the bytes stay as they were written
    effective      timestamptz NOT NULL,
    recorded       timestamptz NOT NULL,
    correlation_id text        NOT NULL,
    causation_id   text        NOT NULL,
    actor          text,
    traceparent    text,
    UNIQUE (stream, version)
);

CREATE TABLE IF NOT EXISTS outcomes (
    position       bigint      PRIMARY KEY,
    command_source text        NOT NULL,
    command_id     text        NOT NULL,
    stream         text        NOT NULL,
    body           json        NOT NULL,
    correlation_id text        NOT NULL,
    recorded       timestamptz NOT NULL
);

-- The answer to each command id; the same id with the same body is answered again, with another body it is a conflict.
CREATE TABLE IF NOT EXISTS inbox (
    command_source text   NOT NULL,
    command_id     text   NOT NULL,
    digest         bytea  NOT NULL,
    status         text   NOT NULL,
    outcome        bigint NOT NULL REFERENCES outcomes (position),
    PRIMARY KEY (command_source, command_id)
);
CREATE INDEX IF NOT EXISTS inbox_by_id ON inbox (command_id);

-- Commands that cite a fact of another room which has not arrived.
CREATE TABLE IF NOT EXISTS pending (
    command_source text        NOT NULL,
    command_id     text        NOT NULL,
    waits_for      text        NOT NULL,
    waits_after    int         NOT NULL,  -- the version of that stream when it was last tried
    envelope       bytea       NOT NULL,
    since          timestamptz NOT NULL,
    PRIMARY KEY (command_source, command_id)
);
CREATE INDEX IF NOT EXISTS pending_by_stream ON pending (waits_for);

-- The one rule that reaches across streams: claims of one kind and holder never overlap.
CREATE TABLE IF NOT EXISTS claims (
    owner  text      NOT NULL,
    kind   text      NOT NULL,
    holder text      NOT NULL,
    during daterange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (kind WITH =, holder WITH =, during WITH &&)
);
CREATE INDEX IF NOT EXISTS claims_by_owner ON claims (owner);
CREATE INDEX IF NOT EXISTS claims_by_holder ON claims (kind, holder);
