-- depends: 0002-deciding
-- A source and an id may each be longer than a row of a btree holds (2,704 bytes). Whoever sent them is answered all the
-- same: the key is their hash, and the index that finds an id keeps its hash alone.

ALTER TABLE inbox ADD COLUMN IF NOT EXISTS identity bytea;
-- With its length before it, the source cannot run over into the id.
UPDATE inbox SET identity = sha256(convert_to(
    octet_length(command_source) || ':' || command_source || command_id, 'UTF8')) WHERE identity IS NULL;
ALTER TABLE inbox DROP CONSTRAINT IF EXISTS inbox_pkey;
ALTER TABLE inbox ADD CONSTRAINT inbox_pkey PRIMARY KEY (identity);
DROP INDEX IF EXISTS inbox_by_id;
CREATE INDEX inbox_by_id ON inbox USING hash (command_id);

ALTER TABLE pending ADD COLUMN IF NOT EXISTS identity bytea;
UPDATE pending SET identity = sha256(convert_to(
    octet_length(command_source) || ':' || command_source || command_id, 'UTF8')) WHERE identity IS NULL;
ALTER TABLE pending DROP CONSTRAINT IF EXISTS pending_pkey;
ALTER TABLE pending ADD CONSTRAINT pending_pkey PRIMARY KEY (identity);
