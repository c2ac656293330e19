-- name: tables
-- What is compared: all that follows from the events. Left out is what a process keeps of its own doings.
SELECT tablename FROM pg_tables WHERE schemaname = $1
  AND tablename NOT IN ('consumed', 'log_heads', 'dead_letters', 'relayed', 'relay_holder', 'passed_over', 'migrating',
                        'applied_migrations', 'projection_version', 'parked', 'changes', 'change_head')
ORDER BY tablename

-- name: positions
SELECT topic, part, next_offset FROM consumed WHERE consumer = $1

-- name: held
-- How far the views have read; whoever writes to them waits from here to the end of the transaction.
SELECT topic, part, next_offset FROM consumed WHERE consumer = $1 ORDER BY topic, part FOR UPDATE

-- name: readers
-- Who may read all of a schema besides its owner. Who may read some of its tables was given that with the tables.
SELECT DISTINCT pg_get_userbyid(granted.grantee) AS reader
FROM pg_default_acl, aclexplode(defaclacl) AS granted
WHERE defaclnamespace = $1::regnamespace AND defaclobjtype = 'r' AND granted.privilege_type = 'SELECT'
  AND granted.grantee <> defaclrole
