-- depends: 0002-views
-- The log of events that every number can be traced to, the guard of each stream, and what waits.

CREATE TABLE IF NOT EXISTS stream_versions (
    room    text    NOT NULL,  -- the same stream id in another room is another stream
    stream  text    NOT NULL,
    version bigint  NOT NULL,
    PRIMARY KEY (room, stream)
) WITH (fillfactor = 80);

CREATE TABLE IF NOT EXISTS events (
    room           text        NOT NULL,
    position       bigint      NOT NULL,
    id             uuid        NOT NULL,
    stream         text        NOT NULL,
    version        bigint      NOT NULL,
    type           text        NOT NULL,
    effective      timestamptz NOT NULL,
    recorded       timestamptz NOT NULL,
    actor          text,
    correlation_id text,
    causation_id   text,
    data           json        NOT NULL,  -- json, not jsonb: it is kept to be shown, and parsing it again costs
    topic          text        NOT NULL,
    part           integer     NOT NULL,
    "offset"       bigint      NOT NULL,
    PRIMARY KEY (room, stream, version)  -- what the guard of the stream lets through once
);
CREATE INDEX IF NOT EXISTS events_by_position ON events (room, position);
CREATE INDEX IF NOT EXISTS events_by_id ON events (id);
CREATE INDEX IF NOT EXISTS events_by_correlation ON events (correlation_id) WHERE correlation_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS parked (
    room           text        NOT NULL,
    stream         text        NOT NULL,
    version        bigint      NOT NULL,
    position       bigint      NOT NULL,
    id             uuid        NOT NULL,
    type           text        NOT NULL,
    effective      timestamptz NOT NULL,
    recorded       timestamptz NOT NULL,
    data           json        NOT NULL,
    correlation_id text,
    causation_id   text,
    actor          text,
    topic          text        NOT NULL,
    part           integer     NOT NULL,
    "offset"       bigint      NOT NULL,
    error          text,                           -- empty: it waits behind a gap, or behind one that has an error
    attempts       integer     NOT NULL,
    since          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room, stream, version)
);
