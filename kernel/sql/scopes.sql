-- name: make
-- Which rows a role sees, by State. The administrator owns this schema, so no service can widen a scope.
CREATE SCHEMA IF NOT EXISTS scopes;
CREATE TABLE IF NOT EXISTS scopes.scope_of (
    role        name NOT NULL,
    contributor text NOT NULL,
    PRIMARY KEY (role, contributor)
);
-- The States of whoever has logged in: `session_user` stays the same in SET ROLE and in every function. With the rights
-- of its owner, so that no reader can list the scopes of others.
CREATE OR REPLACE FUNCTION scopes.own_states() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(array_agg(contributor), '{}') FROM scopes.scope_of WHERE role = session_user
$$;
REVOKE ALL ON FUNCTION scopes.own_states() FROM PUBLIC;
GRANT USAGE ON SCHEMA scopes TO PUBLIC;  -- to name the function in a policy
GRANT EXECUTE ON FUNCTION scopes.own_states() TO own_states_reader;

-- name: forget
DELETE FROM scopes.scope_of WHERE role = $1::text::name

-- name: bind
INSERT INTO scopes.scope_of (role, contributor) SELECT $1::text::name, unnest($2::text[])
