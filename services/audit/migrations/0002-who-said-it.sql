-- Who said it, as the deciding service verified, and which record led to it. The index is made anew from the archive.

ALTER TABLE messages
    ADD COLUMN authtype       text,
    ADD COLUMN authid         text,
    ADD COLUMN authkey        text,
    ADD COLUMN authproof      text,
    ADD COLUMN authregister   text,
    ADD COLUMN authonbehalfof text,
    ADD COLUMN causeplace     text,  -- the record that led to it, as its service wrote it; `cause` is the same then
    ADD COLUMN reference      text;  -- of a command that came over HTTP: how its events refer to it
CREATE INDEX messages_authid ON messages (authid, leaf);
CREATE INDEX messages_authkey ON messages (authkey, leaf);
CREATE INDEX messages_reference ON messages (reference);
TRUNCATE messages;
UPDATE messages_high_water_mark SET leaf = 0;

-- The registers of producers that were in force, as their operators signed them: by these, signatures are verified again.
CREATE TABLE registers (
    version bigint      NOT NULL,
    sha256  text        NOT NULL,  -- of its text, as events name it
    note    text        NOT NULL,
    kept    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (version, sha256)
);
CREATE TRIGGER registers_only_grow BEFORE UPDATE OR DELETE ON registers
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER registers_stay BEFORE TRUNCATE ON registers
    FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();
