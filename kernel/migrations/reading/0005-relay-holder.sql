-- depends: 0001-kernel
-- Which session carries the logs, as a row: nobody holds it who may not write here, and it says who that is.

-- Under this lock no relay of an earlier version extends its lease, and behind it none can: what it last wrote is taken
-- over, and the next relay waits for it to pass.
LOCK TABLE relayed IN ACCESS EXCLUSIVE MODE;
ALTER TABLE relayed ADD COLUMN IF NOT EXISTS sending_until timestamptz NOT NULL DEFAULT '-infinity';  -- if done before

CREATE TABLE IF NOT EXISTS relay_holder (
    only_row      boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    process       int,         -- the server's process of the holder's session; with `since`, no other session's ever
    since         timestamptz,
    role          oid,
    name          text,        -- the machine and the process of the relay
    sending_until timestamptz NOT NULL DEFAULT '-infinity'  -- how long sends of a relay that died may still arrive
);
INSERT INTO relay_holder (sending_until) SELECT max(sending_until) FROM relayed ON CONFLICT DO NOTHING;

ALTER TABLE relayed DROP COLUMN sending_until;
