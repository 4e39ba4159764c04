/* privileges: nothing that writes is for PUBLIC; debiteur.grant_ledger() grants. */
-- An upgrade runs this too: qualified, so that nothing of the schema is called.
DO $$
DECLARE
    routine pg_catalog.regprocedure;
BEGIN
    FOR routine IN
        SELECT p.oid FROM pg_catalog.pg_proc p
          JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
         WHERE n.nspname OPERATOR(pg_catalog.=) current_schema AND p.provolatile OPERATOR(pg_catalog.=) 'v'
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine);
    END LOOP;
END $$;
