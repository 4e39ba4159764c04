/*
 * install.sql
 *		First part of the extension's script: what must hold before anything is
 *		created.
 */
\echo Use "CREATE EXTENSION debiteur" to load this file. \quit

-- The schema's owner can put objects into the path of every ledger function,
-- so it must be whoever owns the extension.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_extension e
                 JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
                WHERE e.extname OPERATOR(pg_catalog.=) 'debiteur'
                  AND n.nspowner OPERATOR(pg_catalog.<>) e.extowner) THEN
        RAISE EXCEPTION 'schema "debiteur" belongs to another role'
            USING ERRCODE = 'RV015',
                  HINT = 'Drop or rename the schema; CREATE EXTENSION makes its own.';
    END IF;
END $$;

GRANT USAGE ON SCHEMA debiteur TO PUBLIC;
