-- What a deciding service keeps: its events (which are its outbox), its outcomes, its claims, and what waits.

CREATE TABLE events (
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

-- Every type and version that this log holds: a program that does not know one of them must not decide on it.
CREATE TABLE event_words (
    type           text NOT NULL,
    schema_version int  NOT NULL,
    PRIMARY KEY (type, schema_version)
);

CREATE TABLE outcomes (
    position       bigint      PRIMARY KEY,
    command_source text        NOT NULL,
    command_id     text        NOT NULL,
    stream         text        NOT NULL,
    body           json        NOT NULL,
    correlation_id text        NOT NULL,
    recorded       timestamptz NOT NULL
);

-- The outcome of each command id; the same id with the same body is answered again, with another body it is a conflict.
-- A source and an id may each be longer than a row of a btree holds (2,704 bytes). Whoever sent them is answered all the
-- same: the key is their hash (`identity`), and the index that finds an id keeps its hash alone.
CREATE TABLE inbox (
    command_source text   NOT NULL,
    command_id     text   NOT NULL,
    digest         bytea  NOT NULL,
    status         text   NOT NULL,
    outcome        bigint NOT NULL REFERENCES outcomes (position),
    identity       bytea  PRIMARY KEY
);
CREATE INDEX inbox_by_id ON inbox USING hash (command_id);

-- Commands that cite an event of another service which has not arrived.
CREATE TABLE pending (
    command_source text        NOT NULL,
    command_id     text        NOT NULL,
    waits_for      text        NOT NULL,
    waits_after    int         NOT NULL,  -- the version of that stream when it was last tried
    envelope       bytea       NOT NULL,
    since          timestamptz NOT NULL,
    identity       bytea       PRIMARY KEY
);
CREATE INDEX pending_by_stream ON pending (waits_for);

-- Events of other services that are newer than this program, with what follows them in their streams: whole, so that
-- nothing that they lead to here is lost. They leave this table in the transaction that carries out their reactions.
CREATE TABLE held (
    nr            bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    topic         text        NOT NULL,
    part          int         NOT NULL,
    "offset"      bigint      NOT NULL,
    stream        text        NOT NULL,
    version       bigint      NOT NULL,
    type          text        NOT NULL,
    key           bytea,
    value         bytea,
    header_names  bytea[]     NOT NULL,
    header_values bytea[]     NOT NULL,
    reason        text        NOT NULL,
    since         timestamptz NOT NULL DEFAULT now(),
    attempts      int         NOT NULL DEFAULT 0,
    tried         timestamptz NOT NULL DEFAULT '-infinity',
    UNIQUE (topic, part, "offset")
);
CREATE INDEX held_by_stream ON held (topic, stream, version, "offset");

-- The one rule that reaches across streams: claims of one kind and holder never overlap.
CREATE TABLE claims (
    owner  text      NOT NULL,
    kind   text      NOT NULL,
    holder text      NOT NULL,
    during daterange NOT NULL,
    UNIQUE (kind, holder, during WITHOUT OVERLAPS)  -- which refuses an empty period too
);
CREATE INDEX claims_by_owner ON claims (owner);
CREATE INDEX claims_by_holder ON claims (kind, holder);
