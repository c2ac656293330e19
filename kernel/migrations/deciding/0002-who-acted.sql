-- Who acted, as the door verified it (CloudEvents' Auth Context and our own attributes), and the record that led to it.
-- All of it is NULL in rows of an earlier version, so that their records keep their bytes when they are published again.

ALTER TABLE events
    ADD COLUMN authtype       text,
    ADD COLUMN authid         text,
    ADD COLUMN authkey        text,
    ADD COLUMN authproof      text,
    ADD COLUMN authregister   text,
    ADD COLUMN authonbehalfof text,
    ADD COLUMN causeplace     text;
-- What a key that was revoked has led to.
CREATE INDEX events_by_authkey ON events (authkey, position) WHERE authkey IS NOT NULL;

ALTER TABLE outcomes
    ADD COLUMN authtype       text,
    ADD COLUMN authid         text,
    ADD COLUMN authkey        text,
    ADD COLUMN authproof      text,
    ADD COLUMN authregister   text,
    ADD COLUMN authonbehalfof text;

-- A command that waits keeps its principal, and its record's place, over a restart.
ALTER TABLE pending
    ADD COLUMN principal json,
    ADD COLUMN place     text;
