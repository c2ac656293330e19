-- depends: 0010-returned
-- What changed, for those who follow: numbered in the order of commits. The number comes from one row whose lock is held
-- to the commit, so whoever has read as far as a number has missed none before it. Only the newest are kept.

CREATE TABLE IF NOT EXISTS change_head (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    last bigint  NOT NULL
);
INSERT INTO change_head (last) VALUES (0) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS changes (
    number   bigint      PRIMARY KEY,
    view     text        NOT NULL,
    ids      json        NOT NULL,  -- of the rows that were set, the first hundred of them
    rows     integer     NOT NULL,  -- how many were set
    recorded timestamptz NOT NULL DEFAULT clock_timestamp()
);
