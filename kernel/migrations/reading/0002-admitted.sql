-- A fourth log: commands that came over HTTP, as they came. Every service has the columns, only those that decide use them.
ALTER TABLE log_heads ADD COLUMN admitted bigint NOT NULL DEFAULT 0;
INSERT INTO relayed (log) VALUES ('admitted');
