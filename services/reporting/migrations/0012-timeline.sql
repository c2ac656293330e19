-- depends: 0011-changes
-- What happened between two days is found by when it was true.
CREATE INDEX IF NOT EXISTS events_by_effective ON events (effective);
