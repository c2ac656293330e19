-- depends: 0018-un-list
-- In which version of its schema a parked event is: one that is newer than the program is not read by an older model.
ALTER TABLE parked ADD COLUMN IF NOT EXISTS schema_version integer NOT NULL DEFAULT 1;
