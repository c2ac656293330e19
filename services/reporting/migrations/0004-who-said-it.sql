-- Who said each event and the proof of it, as its service published them: CloudEvents' Auth Context, this system's own
-- attributes beside it, and the record of the command. Named as the attributes are.
ALTER TABLE events
    ADD COLUMN authtype text,
    ADD COLUMN authid text,
    ADD COLUMN authkey text,
    ADD COLUMN authproof text,
    ADD COLUMN authregister text,
    ADD COLUMN authonbehalfof text,
    ADD COLUMN causeplace text;

ALTER TABLE parked
    ADD COLUMN authtype text,
    ADD COLUMN authid text,
    ADD COLUMN authkey text,
    ADD COLUMN authproof text,
    ADD COLUMN authregister text,
    ADD COLUMN authonbehalfof text,
    ADD COLUMN causeplace text;
