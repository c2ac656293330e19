-- depends: 0001-kernel
-- Offsets that a consumer passed over because they hold no record: every jump has a reason, and is on record.

CREATE TABLE IF NOT EXISTS passed_over (
    consumer     text        NOT NULL,
    topic        text        NOT NULL,
    part         int         NOT NULL,
    first_offset bigint      NOT NULL,
    next_offset  bigint      NOT NULL CHECK (next_offset > first_offset),  -- the first offset behind them
    reason       text        NOT NULL,
    recorded     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, topic, part, first_offset)
);

-- Offsets are stored with the dead letters, so that each record is buried once. A topic that was made anew uses its
-- offsets a second time, and what is buried then is another record.
ALTER TABLE dead_letters DROP CONSTRAINT IF EXISTS dead_letters_topic_part_offset_key;
CREATE INDEX IF NOT EXISTS dead_letters_by_place ON dead_letters (topic, part, "offset");
