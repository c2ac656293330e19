-- depends: 0007-terms
-- What stops the signing until somebody has looked. An alarm stands until it is cleared by name, with a reason; a retry
-- that goes well changes nothing about it, and neither alarms nor clearances are ever changed.

CREATE TABLE IF NOT EXISTS alarms (
    nr     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind   text        NOT NULL,  -- tree: it does not begin with what was signed; witness: it saw another log than this
    detail text        NOT NULL,
    size   bigint,                -- of a witness: how many leaves it says that it saw
    raised timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS clearances (
    alarm      bigint PRIMARY KEY REFERENCES alarms,
    cleared_by text        NOT NULL,
    because    text        NOT NULL,
    cleared    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE OR REPLACE TRIGGER alarms_only_grow BEFORE UPDATE OR DELETE ON alarms
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE OR REPLACE TRIGGER clearances_only_grow BEFORE UPDATE OR DELETE ON clearances
    FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE OR REPLACE TRIGGER alarms_stay BEFORE TRUNCATE ON alarms
    FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();
CREATE OR REPLACE TRIGGER clearances_stay BEFORE TRUNCATE ON clearances
    FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();

-- Whoever signs holds this row, which a role that only reads cannot hold. (It could hold an advisory lock.)
CREATE TABLE IF NOT EXISTS signer (
    only_one bool PRIMARY KEY DEFAULT true CHECK (only_one)
);
INSERT INTO signer DEFAULT VALUES ON CONFLICT DO NOTHING;
