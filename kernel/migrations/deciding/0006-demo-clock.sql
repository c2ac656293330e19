-- The instant of a demo's clock at which a row was put on record; NULL, as in every row of before, by the true clock.
ALTER TABLE events ADD COLUMN democlock timestamptz;
ALTER TABLE outcomes ADD COLUMN democlock timestamptz;
