/*
 * ledger.sql
 *		Making, renaming, upgrading, granting and dropping ledgers.
 *
 * A ledger's tables and functions belong to whoever creates it, not to the
 * extension: pg_dump dumps them like any others, and DROP EXTENSION refuses
 * while their columns have the extension's types. All its functions get the
 * search_path under which the template runs ("SET search_path FROM CURRENT"),
 * so the template needs no textual substitution.
 */
CREATE OR REPLACE FUNCTION debiteur.run_template(ledger text, tables boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    part record;
    path CONSTANT text := format('%I, debiteur, pg_catalog, pg_temp', ledger);
    caller CONSTANT text := current_setting('role');
    owner CONSTANT text := (SELECT pg_get_userbyid(n.nspowner) FROM pg_namespace n WHERE n.nspname = ledger);
BEGIN
    -- What is made belongs to the ledger's owner, also when a superuser upgrades.
    IF owner <> current_user THEN
        PERFORM set_config('role', owner, true);
    END IF;
    FOR part IN SELECT t.concept, t.body FROM debiteur.ledger_template() t WHERE tables OR NOT t.once LOOP
        -- From here on the ledger's schema comes first: nothing unqualified may be called.
        PERFORM pg_catalog.set_config('search_path', path, true);
        EXECUTE part.body;
    END LOOP;
    PERFORM pg_catalog.set_config('role', caller, true);
END $$;
COMMENT ON FUNCTION debiteur.run_template(text, boolean) IS 'Runs the ledger template in a schema, with its tables or only what can be replaced; used by create_ledger(), rename_ledger() and upgrade_ledger(), with the rights of the schema''s owner.';

CREATE OR REPLACE FUNCTION debiteur.extension_version() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS
$$ SELECT extversion FROM pg_extension WHERE extname = 'debiteur' $$;
COMMENT ON FUNCTION debiteur.extension_version() IS 'Installed version of the extension, which new and upgraded ledgers get.';

CREATE OR REPLACE FUNCTION debiteur.require_ledger(ledger text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    schema_owner oid;
BEGIN
    SELECT n.nspowner INTO schema_owner
      FROM debiteur.ledger l JOIN pg_namespace n ON n.nspname = l.name
     WHERE l.name = ledger;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no ledger "%"', ledger
            USING ERRCODE = 'RV012', DETAIL = CASE WHEN ledger IS NULL THEN 'No name was given.'
                                                   WHEN EXISTS (SELECT FROM pg_namespace WHERE nspname = ledger) THEN 'The schema of this name is not a ledger.'
                                                   WHEN EXISTS (SELECT FROM debiteur.ledger l WHERE l.name = ledger) THEN 'Its schema was dropped.'
                                                   ELSE 'There is no schema of this name.' END,
                  HINT = 'The view debiteur.ledgers has the ledgers of this database.';
    END IF;
    IF NOT pg_has_role(current_user, schema_owner, 'USAGE') THEN
        RAISE EXCEPTION 'must be owner of ledger "%"', ledger
            USING ERRCODE = 'insufficient_privilege', DETAIL = format('Its owner is %s, you are %s.', schema_owner::regrole, quote_ident(current_user)),
                  HINT = 'Let its owner do it, or a member of that role.';
    END IF;
END $$;
COMMENT ON FUNCTION debiteur.require_ledger(text) IS 'Error RV012 unless there is such a ledger, 42501 unless it is the caller''s.';

CREATE OR REPLACE FUNCTION debiteur.require_ledger_name(name text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF name IS NULL OR name = '' OR octet_length(name) > 63 OR name LIKE 'pg\_%' OR name IN ('debiteur', 'information_schema') THEN
        RAISE EXCEPTION 'a ledger can''t be called %', coalesce(quote_ident(name), 'NULL')
            USING ERRCODE = 'RV015', DETAIL = 'The name becomes that of a schema: 1 to 63 bytes, not reserved by PostgreSQL.',
                  HINT = 'Take a short word, such as ar.';
    END IF;
    IF EXISTS (SELECT FROM pg_namespace WHERE nspname = name) THEN
        RAISE EXCEPTION 'there is a schema "%" already', name
            USING ERRCODE = 'RV015', DETAIL = CASE WHEN EXISTS (SELECT FROM debiteur.ledger l WHERE l.name = require_ledger_name.name) THEN 'It is a ledger.' ELSE 'It is not a ledger.' END,
                  HINT = 'A ledger gets a schema of its own: take another name.';
    END IF;
END $$;
COMMENT ON FUNCTION debiteur.require_ledger_name(text) IS 'Error RV015 unless a ledger can get this name.';

CREATE OR REPLACE FUNCTION debiteur.create_ledger(
    name text, currency text DEFAULT 'EUR', time_zone text DEFAULT NULL, terms debiteur.payment_terms DEFAULT 'net 30'
) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM debiteur.require_ledger_name(name);
    -- Said now, not when the ledger first asks what day it is (22023).
    PERFORM now() AT TIME ZONE coalesce(time_zone, current_setting('TimeZone'));
    EXECUTE format('CREATE SCHEMA %I', name);
    PERFORM debiteur.run_template(name, true);
    EXECUTE format('INSERT INTO %I.settings (currency, time_zone, terms) VALUES ($1, $2, $3)', name)
      USING currency, coalesce(time_zone, current_setting('TimeZone')), terms;
    INSERT INTO debiteur.ledger AS l (name, version) VALUES (create_ledger.name, debiteur.extension_version())
        ON CONFLICT ON CONSTRAINT ledger_pkey DO UPDATE SET version = excluded.version;
    IF NOT debiteur.worker_runs() THEN
        RAISE NOTICE 'no background worker advances ledger "%"', name
            USING HINT = format('Add debiteur to shared_preload_libraries and restart the server, or run CALL %I.advance() every day.', name);
    END IF;
    RETURN name;
END $$;
COMMENT ON FUNCTION debiteur.create_ledger(text, text, text, debiteur.payment_terms) IS
'Makes a ledger: a schema of this name with tables, views and functions that belong to the caller. currency: default of its invoices and payments. time_zone: decides which date is today (NULL: that of the session). terms: default of its customers. Returns the name. Errors: RV015 name not usable or taken; RV003 currency; 22023 time zone.';

-- Without the notice that lists all it drops.
CREATE OR REPLACE FUNCTION debiteur.drop_ledger(name text, with_data boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
DECLARE
    has_data boolean;
BEGIN
    PERFORM debiteur.require_ledger(name);
    IF with_data IS NOT TRUE THEN
        -- Nobody may post between the look and the drop.
        EXECUTE format('LOCK TABLE %1$I.customer, %1$I.invoice, %1$I.payment IN SHARE ROW EXCLUSIVE MODE', name);
        -- Only tables are read: a view in the place of one would run its owner's code as a superuser who drops it.
        IF (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = name AND c.relname IN ('customer', 'invoice', 'payment') AND c.relkind = 'r') < 3 THEN
            RAISE EXCEPTION 'schema "%" is not a ledger any more', name
                USING ERRCODE = 'RV012', DETAIL = 'customer, invoice or payment is not a table.',
                      HINT = format('SELECT debiteur.drop_ledger(%L, with_data => true) drops it all the same.', name);
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM ONLY %1$I.customer) OR EXISTS (SELECT FROM ONLY %1$I.invoice) OR EXISTS (SELECT FROM ONLY %1$I.payment)', name)
           INTO has_data;
        IF has_data THEN
            RAISE EXCEPTION 'ledger "%" has data', name
                USING ERRCODE = 'RV014', DETAIL = 'There are customers, invoices or payments in it.',
                      HINT = format('SELECT debiteur.drop_ledger(%L, with_data => true) drops it all the same.', name);
        END IF;
    END IF;
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
    DELETE FROM debiteur.ledger l WHERE l.name = drop_ledger.name;
END $$;
COMMENT ON FUNCTION debiteur.drop_ledger(text, boolean) IS 'Drops a ledger with its schema and all that depends on it. Refuses (RV014) while it has customers, invoices or payments, unless with_data.';

CREATE OR REPLACE FUNCTION debiteur.rename_ledger(name text, new_name text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM debiteur.require_ledger(name);
    PERFORM debiteur.require_current(name);
    PERFORM debiteur.require_ledger_name(new_name);
    EXECUTE format('ALTER SCHEMA %I RENAME TO %I', name, new_name);
    DELETE FROM debiteur.ledger l WHERE l.name IN (rename_ledger.name, new_name);
    INSERT INTO debiteur.ledger (name, version) VALUES (new_name, debiteur.extension_version());
    -- The functions name the schema in their search_path.
    PERFORM debiteur.run_template(new_name, false);
END $$;
COMMENT ON FUNCTION debiteur.rename_ledger(text, text) IS 'Renames a ledger and its schema. ALTER SCHEMA ... RENAME alone is not enough: the ledger''s functions name their schema.';

CREATE OR REPLACE FUNCTION debiteur.require_current(ledger text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_version text := (SELECT l.version FROM debiteur.ledger l WHERE l.name = ledger);
BEGIN
    IF found_version <> debiteur.extension_version() THEN
        RAISE EXCEPTION 'ledger "%" has version %, the extension %', ledger, found_version, debiteur.extension_version()
            USING ERRCODE = 'RV013', DETAIL = 'Its functions come from another version than the extension''s.',
                  HINT = format('SELECT debiteur.upgrade_ledger(%L);', ledger);
    END IF;
END $$;
COMMENT ON FUNCTION debiteur.require_current(text) IS 'Error RV013 unless the ledger has the version of the extension.';

CREATE OR REPLACE FUNCTION debiteur.upgrade_ledger(name text) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM debiteur.require_ledger(name);
    PERFORM debiteur.run_template(name, false);
    UPDATE debiteur.ledger l SET version = debiteur.extension_version() WHERE l.name = upgrade_ledger.name;
    RETURN debiteur.extension_version();
END $$;
COMMENT ON FUNCTION debiteur.upgrade_ledger(text) IS 'Brings a ledger to the version of the extension, in one transaction; to be called after ALTER EXTENSION debiteur UPDATE. Harmless when it is there already. Returns the version.';

CREATE OR REPLACE FUNCTION debiteur.grant_ledger(ledger text, role name, level text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    clerk   CONSTANT text[] := '{add_customer,issue_invoice,issue_credit_note,apply_credit,record_payment,allocate,reverse_payment,reschedule,hold,release,dispute,add_note,resolve_dispute,promise,agree_plan,revise_plan,cancel_plan,confirm_notice,fail_notice,take_messages,record_contact,record_agency_payment,reserve_credit,release_credit}';
    manager CONSTANT text[] := clerk || '{write_off,cancel_invoice,set_policy,assign_policy,migrate_policy,add_holiday,add_dutch_holidays,remove_holiday,set_notice_text,advance,advance_batch,fold,time_out_notices,recall_claim,block_supply,release_supply,release_by_policy,set_credit_limit,apply_credit_limits}'::text[];
    routine regprocedure;
BEGIN
    PERFORM debiteur.require_ledger(ledger);
    IF level IS NULL OR level NOT IN ('reader', 'clerk', 'manager') THEN
        RAISE EXCEPTION 'there is no level %', coalesce(quote_literal(level), 'NULL')
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It was given as level.',
                  HINT = 'The levels are reader, clerk and manager; each includes the one before.';
    END IF;
    -- Unquoted, public would mean everybody.
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role) THEN
        RAISE EXCEPTION 'role % does not exist', coalesce(quote_ident(role), 'NULL')
            USING ERRCODE = 'undefined_object', DETAIL = 'It was given as role.',
                  HINT = 'CREATE ROLE makes one; rights in a ledger are not for PUBLIC.';
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', ledger, role);
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', ledger, role);
    IF level IN ('clerk', 'manager') THEN
        EXECUTE format('GRANT UPDATE (name, kind, email, phone, address, country, language) ON %I.customer TO %I', ledger, role);
    END IF;
    IF level = 'manager' THEN
        EXECUTE format('GRANT UPDATE (terms, policy, segment) ON %I.customer TO %I', ledger, role);
    END IF;
    FOR routine IN
        SELECT p.oid FROM pg_proc p
         WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = ledger)
           AND p.proname = ANY (CASE level WHEN 'clerk' THEN clerk WHEN 'manager' THEN manager ELSE '{}' END)
    LOOP
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I', routine, role);
    END LOOP;
END $$;
COMMENT ON FUNCTION debiteur.grant_ledger(text, name, text) IS 'Gives a role rights in a ledger. reader: all tables and reports; clerk: also posts invoices, payments, credits, holds, disputes, promises, plans and deliveries, and updates customers'' data; manager: also their terms, segment and policy, policies, write-offs, cancellations and advance. No level may write another table directly.';
