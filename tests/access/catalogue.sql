-- name: own_objects
-- A view for this session: the objects within schemas. What belongs to an extension is listed as the extension; the
-- server's own objects are those of any database.
CREATE TEMPORARY VIEW own_objects AS
WITH of_extension AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
own_schema AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
),
relations AS (
    SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
           nspname || '.' || coalesce(
               (SELECT whole.relname FROM pg_inherits JOIN pg_class AS whole ON whole.oid = inhparent
                WHERE inhrelid = the.oid AND the.relispartition), relname) AS name, the.oid, nspname, pg_get_userbyid(relowner)::text AS owner
    FROM pg_class AS the JOIN own_schema AS its ON its.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT EXISTS (SELECT FROM of_extension WHERE classid = 'pg_class'::regclass AND objid = the.oid)
),
sequences AS (
    SELECT nspname || '.' || relname AS name, the.oid, nspname, pg_get_userbyid(relowner)::text AS owner
    FROM pg_class AS the JOIN own_schema AS its ON its.oid = relnamespace WHERE relkind = 'S'
),
functions AS (
    SELECT nspname || '.' || proname AS name, the.oid, nspname, pg_get_userbyid(proowner)::text AS owner
    FROM pg_proc AS the JOIN own_schema AS its ON its.oid = pronamespace
    WHERE NOT EXISTS (SELECT FROM of_extension WHERE classid = 'pg_proc'::regclass AND objid = the.oid)
),
types AS (
    SELECT nspname || '.' || typname AS name, the.oid, nspname, pg_get_userbyid(typowner)::text AS owner
    FROM pg_type AS the JOIN own_schema AS its ON its.oid = typnamespace
    WHERE (typtype IN ('d', 'e', 'r') OR typtype = 'b' AND typelem = 0
           OR typtype = 'c' AND (SELECT relkind FROM pg_class WHERE oid = typrelid) = 'c')
      AND NOT EXISTS (SELECT FROM of_extension WHERE classid = 'pg_type'::regclass AND objid = the.oid)
)
SELECT kind, name, oid, nspname, owner FROM relations
UNION ALL SELECT 'sequence', name, oid, nspname, owner FROM sequences
UNION ALL SELECT 'function', name, oid, nspname, owner FROM functions
UNION ALL SELECT 'type', name, oid, nspname, owner FROM types

-- name: rights
-- A view for this session: what each role may do in the end: by itself, by roles that it inherits from, and as
-- everybody. Who may not use the schema of an object can do nothing with it.
CREATE TEMPORARY VIEW rights (kind, name, owner, who, action) AS
WITH principals AS (
    SELECT rolname::text AS who FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_' UNION ALL SELECT 'public'
)
SELECT kind, name, owner, who, action
FROM own_objects, principals,
     unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) AS action
WHERE kind IN ('table', 'view', 'materialized view', 'foreign table')
  AND has_schema_privilege(who, nspname, 'USAGE') AND has_table_privilege(who, oid, action)
UNION ALL
SELECT kind, name, owner, who, action || ' of some columns'
FROM own_objects, principals, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS action
WHERE kind IN ('table', 'view', 'materialized view', 'foreign table')
  AND has_schema_privilege(who, nspname, 'USAGE') AND has_any_column_privilege(who, oid, action)
  AND NOT has_table_privilege(who, oid, action)
UNION ALL
SELECT kind, name, owner, who, action
FROM own_objects, principals, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS action
WHERE kind = 'sequence' AND has_schema_privilege(who, nspname, 'USAGE') AND has_sequence_privilege(who, oid, action)
UNION ALL
SELECT kind, name, owner, who, 'EXECUTE' FROM own_objects, principals
WHERE kind = 'function' AND has_schema_privilege(who, nspname, 'USAGE') AND has_function_privilege(who, oid, 'EXECUTE')
UNION ALL
SELECT kind, name, owner, who, 'USAGE' FROM own_objects, principals
WHERE kind = 'type' AND has_schema_privilege(who, nspname, 'USAGE') AND has_type_privilege(who, oid, 'USAGE')
UNION ALL
SELECT 'schema', nspname, pg_get_userbyid(nspowner)::text, who, action
FROM pg_namespace, principals, unnest(ARRAY['USAGE', 'CREATE']) AS action
WHERE nspname <> 'information_schema' AND nspname !~ '^pg_' AND has_schema_privilege(who, oid, action)
UNION ALL
SELECT 'database', 'forcegen', pg_get_userbyid(datdba)::text, who, action
FROM pg_database, principals, unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) AS action
WHERE datname = current_database() AND has_database_privilege(who, oid, action)

-- name: objects
-- Every object that rights are given on, and what each role may do with it.
WITH listed (kind, name, owner) AS (
    SELECT kind, name, owner FROM own_objects
    UNION SELECT 'schema', nspname, pg_get_userbyid(nspowner)::text FROM pg_namespace
    WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
    UNION SELECT 'database', 'forcegen', pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = current_database()
    UNION SELECT 'extension', extname::text, pg_get_userbyid(extowner)::text FROM pg_extension
    UNION SELECT 'language', lanname::text, '' FROM pg_language WHERE oid > 16383
    UNION SELECT 'foreign server', srvname::text, '' FROM pg_foreign_server
    UNION SELECT 'foreign data wrapper', fdwname::text, '' FROM pg_foreign_data_wrapper
    UNION SELECT 'publication', pubname::text, '' FROM pg_publication
    UNION SELECT 'event trigger', evtname::text, '' FROM pg_event_trigger
    UNION SELECT 'large object', oid::text, '' FROM pg_largeobject_metadata
    UNION SELECT 'tablespace', spcname::text, '' FROM pg_tablespace WHERE oid > 16383
    UNION SELECT 'parameter', parname, '' FROM pg_parameter_acl
)
SELECT kind, name, CASE WHEN owner IN (session_user, 'pg_database_owner') THEN 'the administrator' ELSE owner END AS owner, who,
       array_agg(action ORDER BY action) FILTER (WHERE action IS NOT NULL) AS actions
FROM listed LEFT JOIN rights USING (kind, name, owner)
GROUP BY kind, name, owner, who ORDER BY kind, name, who

-- name: roles
-- Every role that is not the server's own, what it may be beside its rights, and the roles that it is a member of.
SELECT rolname::text AS name, rolcanlogin AS logs_in,
       rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS may_more,
       ARRAY(SELECT format('%s (%s)', pg_get_userbyid(roleid), concat_ws(', ',
                   CASE WHEN inherit_option THEN 'inherits' END, CASE WHEN set_option THEN 'may become' END,
                   CASE WHEN admin_option THEN 'administers' END))
             FROM pg_auth_members WHERE member = the.oid ORDER BY 1) AS member_of
FROM pg_roles AS the WHERE NOT rolsuper AND rolname !~ '^pg_' ORDER BY 1

-- name: columns
-- A column of each table that can be written, and the arguments that a function needs.
SELECT nspname || '.' || relname AS name, min(quote_ident(attname)) AS column
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
GROUP BY 1

-- name: calls
SELECT nspname || '.' || proname AS name, prorettype = 'trigger'::regtype AS is_trigger,
       format('%I.%I(%s)', nspname, proname, (
           SELECT string_agg('NULL::' || argument::regtype::text, ', ' ORDER BY nr)
           FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS their(argument, nr)
           WHERE nspname <> 'analysts' OR nr <= pronargs - pronargdefaults)) AS call
FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
