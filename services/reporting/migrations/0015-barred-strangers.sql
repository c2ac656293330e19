-- depends: 0012-timeline
-- A person can be barred who was never a candidate here; then nothing else is known of them.

ALTER TABLE candidates ALTER contributor DROP NOT NULL, ALTER rank DROP NOT NULL, ALTER status DROP NOT NULL,
    ALTER registered_on DROP NOT NULL;
ALTER TABLE candidates_history ALTER contributor DROP NOT NULL, ALTER rank DROP NOT NULL, ALTER status DROP NOT NULL,
    ALTER registered_on DROP NOT NULL;
