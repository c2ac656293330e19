"""What a service keeps: one protocol, in Postgres and in memory; schemas, roles and sessions."""
