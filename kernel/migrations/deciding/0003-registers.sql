-- The registers of producers that were in force here: a version never comes back with another text.
CREATE TABLE registers (
    version bigint      PRIMARY KEY,
    sha256  text        NOT NULL,
    since   timestamptz NOT NULL DEFAULT now()
);
