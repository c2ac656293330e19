-- When the newest record about a State was made, now or as known at an instant, is read from the end of this index.
CREATE INDEX events_recorded ON events (contributor, recorded) WHERE contributor IS NOT NULL;
