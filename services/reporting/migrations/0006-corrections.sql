-- The tours that were ever corrected, of one State or of all: few among all events. The report events-behind begins with
-- them, because a correction may have taken somebody out of a number.
CREATE INDEX events_of_corrections ON events (contributor, aggregate_id) WHERE type = 'forcegen.deployments.TourCorrected';
