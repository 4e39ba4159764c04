/*
 * install.sql
 *		First part of the extension's script: what must hold before anything is
 *		created.
 */
\echo Use "CREATE EXTENSION debiteur" to load this file. \quit

-- The path of every ledger function goes through this schema, so whoever could
-- create anything in it could act as every owner of a ledger: it becomes that
-- of the superuser whose the extension's objects are, also where somebody else
-- may create the extension. Mostly the server has just made it, for the caller.
-- A dump restores it first, as the restoring role's: then it must be empty, and
-- nobody else may be at putting something into it that can't be seen yet.
DO $$
DECLARE
    home record;
BEGIN
    SELECT n.oid, n.nspacl, n.nspowner, r.rolsuper AS safe,
           n.xmin::pg_catalog.text OPERATOR(pg_catalog.=) (pg_catalog.pg_current_xact_id()::pg_catalog.text::pg_catalog.numeric
                                                           OPERATOR(pg_catalog.%) 4294967296)::pg_catalog.text AS new
      INTO home
      FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
     WHERE n.nspname OPERATOR(pg_catalog.=) 'debiteur';
    IF EXISTS (
        SELECT FROM pg_catalog.pg_depend d
         WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
           AND d.refobjid OPERATOR(pg_catalog.=) home.oid
           AND d.classid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_extension'::pg_catalog.regclass)
        OR EXISTS (
        SELECT FROM pg_catalog.aclexplode(home.nspacl) a
         WHERE a.privilege_type OPERATOR(pg_catalog.=) 'CREATE' AND a.grantee OPERATOR(pg_catalog.<>) home.nspowner)
    THEN
        RAISE EXCEPTION 'schema "debiteur" is not the extension''s alone'
            USING ERRCODE = 'RV015', DETAIL = 'There is something in it, or other roles may create something in it.',
                  HINT = 'Drop or rename the schema; CREATE EXTENSION makes its own.';
    END IF;
    IF NOT home.safe AND NOT home.new AND EXISTS (
        SELECT FROM pg_catalog.pg_stat_activity s
         WHERE s.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND s.backend_xid IS NOT NULL
           AND s.backend_type OPERATOR(pg_catalog.=) 'client backend' AND s.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
        UNION ALL
        SELECT FROM pg_catalog.pg_prepared_xacts x WHERE x.database OPERATOR(pg_catalog.=) pg_catalog.current_database())
    THEN
        RAISE EXCEPTION 'schema "debiteur" may not stay empty'
            USING ERRCODE = 'RV015', DETAIL = 'It was made before the extension, and other transactions write in this database.',
                  HINT = 'Try again when they have ended, or drop the schema; CREATE EXTENSION makes its own.';
    END IF;
    ALTER SCHEMA debiteur OWNER TO CURRENT_USER;
END $$;

GRANT USAGE ON SCHEMA debiteur TO PUBLIC;
