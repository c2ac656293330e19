-- depends: 0002-archive
-- The Merkle tree over the archive, and what was signed of it. The one row of `tree` is the lock under which it grows.

ALTER TABLE records ADD COLUMN IF NOT EXISTS leaf bigint;  -- which leaf it is; null only until the room has planted an older archive
DO $$
BEGIN
    IF to_regclass('records_leaf') IS NULL THEN  -- once there are months, the index is of another kind
        CREATE UNIQUE INDEX records_leaf ON records (leaf);
    END IF;
END $$;


CREATE TABLE IF NOT EXISTS tree (
    only_one bool   PRIMARY KEY DEFAULT true CHECK (only_one),
    size     bigint NOT NULL
);
INSERT INTO tree (size) VALUES (0) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS tiles (
    level  int    NOT NULL,
    nr     bigint NOT NULL,
    hashes bytea  NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192),
    PRIMARY KEY (level, nr)
);
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;  -- hashes do not compress

CREATE TABLE IF NOT EXISTS checkpoints (
    nr     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    size   bigint      NOT NULL,
    note   text        NOT NULL,
    signed timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS handovers (
    nr   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    note text NOT NULL UNIQUE
);

CREATE OR REPLACE FUNCTION kept_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this is kept as it is';
END $$;
CREATE OR REPLACE TRIGGER checkpoints_only_grow BEFORE UPDATE OR DELETE ON checkpoints
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE OR REPLACE TRIGGER handovers_only_grow BEFORE UPDATE OR DELETE ON handovers
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
