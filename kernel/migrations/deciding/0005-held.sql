-- depends: 0004-identities
-- Events of other services that are newer than this program, with what follows them in their streams: whole, so that
-- nothing that they lead to here is lost. They leave this table in the transaction that carries out their reactions.
CREATE TABLE IF NOT EXISTS held (
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
CREATE INDEX IF NOT EXISTS held_by_stream ON held (topic, stream, version, "offset");

-- Every type and version that this log holds: a program that does not know one of them must not decide on it.
CREATE TABLE IF NOT EXISTS event_words (
    type           text NOT NULL,
    schema_version int  NOT NULL,
    PRIMARY KEY (type, schema_version)
);
INSERT INTO event_words SELECT DISTINCT type, schema_version FROM events ON CONFLICT DO NOTHING;
