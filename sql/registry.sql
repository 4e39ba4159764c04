/*
 * registry.sql
 *		Which schemas are ledgers: the only table that the extension owns.
 *
 * It holds names, never oids, so a dump restores it as it was. Anybody may
 * write a row about a schema that he owns and nobody about another one; that
 * is checked by a trigger and not by SECURITY DEFINER functions, so that a
 * restore by a role that is not a superuser passes the same check.
 */
CREATE TABLE debiteur.ledger (
    name    text PRIMARY KEY,
    version text NOT NULL
);
COMMENT ON TABLE debiteur.ledger IS 'The ledgers of this database, by the name of their schema. Read the view debiteur.ledgers; rows are written by create_ledger(), rename_ledger(), upgrade_ledger() and drop_ledger().';
COMMENT ON COLUMN debiteur.ledger.name IS 'Name of the ledger''s schema.';
COMMENT ON COLUMN debiteur.ledger.version IS 'Version of the template that the ledger''s tables and functions come from.';

CREATE FUNCTION debiteur.guard_registry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    touched text;
    schema_owner oid;
BEGIN
    -- An update touches two names: the one that was and the one that will be.
    FOREACH touched IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.name] WHEN 'DELETE' THEN ARRAY[OLD.name]
                                        ELSE ARRAY[OLD.name, NEW.name] END LOOP
        schema_owner := (SELECT nspowner FROM pg_namespace WHERE nspname = touched);
        IF schema_owner IS NOT NULL THEN
            IF NOT pg_has_role(current_user, schema_owner, 'USAGE') THEN
                RAISE EXCEPTION 'must be owner of schema "%"', touched
                    USING ERRCODE = 'insufficient_privilege', DETAIL = format('Its owner is %s, you are %s.', schema_owner::regrole, quote_ident(current_user)),
                          HINT = 'Let its owner do it, or a member of that role.';
            END IF;
        ELSIF TG_OP <> 'DELETE' AND touched = NEW.name THEN
            -- The row of a schema that is gone may be changed or cleared away by anybody.
            RAISE EXCEPTION 'schema "%" does not exist', touched
                USING ERRCODE = 'RV012', DETAIL = 'A row of debiteur.ledger is of a schema that exists.',
                      HINT = 'SELECT debiteur.create_ledger(...) makes a schema and registers it.';
        END IF;
    END LOOP;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
COMMENT ON FUNCTION debiteur.guard_registry() IS 'Trigger: a row of debiteur.ledger is written by the owner of its schema only.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON debiteur.ledger
    FOR EACH ROW EXECUTE FUNCTION debiteur.guard_registry();

GRANT SELECT, INSERT, UPDATE, DELETE ON debiteur.ledger TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('debiteur.ledger', '');

CREATE VIEW debiteur.ledgers AS
SELECT l.name, n.nspowner::pg_catalog.regrole::pg_catalog.text AS owner, l.version,
       l.version OPERATOR(pg_catalog.=) e.extversion AS current
  FROM debiteur.ledger l
  JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) l.name
  JOIN pg_catalog.pg_extension e ON e.extname OPERATOR(pg_catalog.=) 'debiteur';
COMMENT ON VIEW debiteur.ledgers IS 'The ledgers of this database.';
COMMENT ON COLUMN debiteur.ledgers.name IS 'Name of the ledger''s schema.';
COMMENT ON COLUMN debiteur.ledgers.owner IS 'Owner of the schema; the worker acts as this role.';
COMMENT ON COLUMN debiteur.ledgers.version IS 'Version of the ledger''s tables and functions.';
COMMENT ON COLUMN debiteur.ledgers.current IS 'Whether that is the version of the extension; if not, the worker waits for debiteur.upgrade_ledger().';
GRANT SELECT ON debiteur.ledgers TO PUBLIC;
