/*
 * install.sql
 *		First part of the extension's script: what must hold before anything is
 *		created.
 */
\echo Use "CREATE EXTENSION debiteur" to load this file. \quit

-- The schema's owner can put objects into the path of every ledger function,
-- so it must be whoever owns the extension. A dump restores the schema first,
-- as its former owner's, and then the extension, as the restoring role's: one
-- that nobody has put anything into, or may, becomes the extension owner's.
DO $$
DECLARE
    taken record;
BEGIN
    SELECT n.oid, n.nspacl, e.extowner::pg_catalog.regrole AS owner INTO taken
      FROM pg_catalog.pg_extension e
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
     WHERE e.extname OPERATOR(pg_catalog.=) 'debiteur' AND n.nspowner OPERATOR(pg_catalog.<>) e.extowner;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF taken.nspacl IS NOT NULL OR EXISTS (
        SELECT FROM pg_catalog.pg_depend d
         WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
           AND d.refobjid OPERATOR(pg_catalog.=) taken.oid
           AND d.classid OPERATOR(pg_catalog.<>) 'pg_catalog.pg_extension'::pg_catalog.regclass)
    THEN
        RAISE EXCEPTION 'schema "debiteur" belongs to another role'
            USING ERRCODE = 'RV015',
                  HINT = 'Drop or rename the schema; CREATE EXTENSION makes its own.';
    END IF;
    EXECUTE pg_catalog.format('ALTER SCHEMA debiteur OWNER TO %s', taken.owner);
END $$;

GRANT USAGE ON SCHEMA debiteur TO PUBLIC;
