-- depends: 0004-months
-- What each archived record says of itself, so that it can be found: made from the records behind the archive's back,
-- by a loop that knows how far it is. Nothing is proved by it; whoever finds a record looks at the record and its proof.

CREATE TABLE IF NOT EXISTS messages (
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
    cause       text              -- what it hangs under: that id; the event that a policy followed; what a dead letter buries
);
CREATE INDEX IF NOT EXISTS messages_id ON messages (id, leaf);
CREATE INDEX IF NOT EXISTS messages_cause ON messages (cause, leaf);
CREATE INDEX IF NOT EXISTS messages_correlation ON messages (correlation, leaf);
CREATE INDEX IF NOT EXISTS messages_stream ON messages (stream, leaf);
CREATE INDEX IF NOT EXISTS messages_actor ON messages (actor, leaf);
CREATE INDEX IF NOT EXISTS messages_type ON messages (type, leaf);
CREATE INDEX IF NOT EXISTS messages_topic ON messages (topic, part, "offset");
CREATE INDEX IF NOT EXISTS messages_recorded ON messages (recorded);

-- The number of the next leaf to be looked at.
CREATE TABLE IF NOT EXISTS messages_reach (
    only_one bool   PRIMARY KEY DEFAULT true CHECK (only_one),
    leaf     bigint NOT NULL
);
INSERT INTO messages_reach (leaf) VALUES (0) ON CONFLICT DO NOTHING;
