-- depends: 0001-kernel
-- Every record of every topic as Kafka had it. Nothing here is ever changed; the primary key makes each record one row.

CREATE TABLE IF NOT EXISTS records (
    topic       text        NOT NULL,
    part        int         NOT NULL,
    "offset"    bigint      NOT NULL,
    "timestamp" timestamptz NOT NULL,
    key         bytea,
    value       bytea,
    headers     bytea       NOT NULL,  -- JSON: [[name, value in hexadecimal or null], ...] in Kafka's order
    archived    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, part, "offset")
);
