-- Who has proposed to drop a held event, and why: where two people are needed, a second operator confirms it.
ALTER TABLE held
    ADD COLUMN drop_proposed_by text,
    ADD COLUMN drop_reason      text;
