"""The store of a service: one protocol, implemented in Postgres and in memory; schemas, roles and sessions."""
