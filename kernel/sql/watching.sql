-- name: end_overlong
SELECT usename::text AS role, host(client_addr) AS client, pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE usename = ANY ($1::text[]) AND datname = current_database() AND pid <> pg_backend_pid()
  AND (state = 'active' AND query_start < clock_timestamp() - make_interval(secs => $2)
       OR xact_start < clock_timestamp() - make_interval(secs => $3))
