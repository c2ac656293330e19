-- The mark of events that a demo's clock put on record, as their service published it; NULL for all others.
ALTER TABLE events ADD COLUMN democlock timestamptz;
ALTER TABLE parked ADD COLUMN democlock timestamptz;
