-- name: watched
-- Who is watched: the roles that are named, and those that are members of one, as far as this role may act for them.
SELECT quote_ident(rolname) AS role FROM pg_roles
WHERE rolcanlogin AND rolname <> session_user AND pg_has_role(oid, 'SET')
  AND (rolname = ANY ($1::text[]) OR EXISTS (
       SELECT FROM pg_auth_members AS membership JOIN pg_roles AS "group" ON "group".oid = membership.roleid
       WHERE membership.member = pg_roles.oid AND "group".rolname = ANY ($1::text[])))
ORDER BY rolname

-- name: end_overlong
-- As the watched role, which sees its own sessions and may end them.
SELECT usename::text AS role, host(client_addr) AS client, pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()
  AND (state = 'active' AND query_start < clock_timestamp() - make_interval(secs => $1)
       OR xact_start < clock_timestamp() - make_interval(secs => $2))
