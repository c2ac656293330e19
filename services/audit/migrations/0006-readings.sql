-- depends: 0005-messages
-- Who asked for content of the archive over HTTP, and was given it or not. Written before the answer; never changed.

CREATE TABLE IF NOT EXISTS readings (
    nr      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reader  text,                 -- null: nobody that is known
    asked   text        NOT NULL, -- method, path and query
    client  text,
    allowed boolean     NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS readings_by_reader ON readings (reader, nr);
CREATE OR REPLACE TRIGGER readings_only_grow BEFORE UPDATE OR DELETE ON readings
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE OR REPLACE TRIGGER readings_stay BEFORE TRUNCATE ON readings
    FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();
