--
-- ledger: making, renaming, upgrading and dropping ledgers; two ledgers; odd
-- names; what a caller's own names can change (nothing)
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';

SELECT debiteur.create_ledger('ledger_one', time_zone => 'Europe/Amsterdam');
SELECT debiteur.create_ledger('ledger_two', 'USD', 'America/New_York', '2/10 net 30');
SELECT name, version = debiteur.extension_version() AS version_of_extension, current FROM debiteur.ledgers WHERE name LIKE 'ledger\_%' ORDER BY name;
SELECT * FROM ledger_one.settings;
SELECT * FROM ledger_two.settings;
SELECT name, version, current, steps, catch_up, grouped_by, minimum_amount, min_interval FROM ledger_one.policy;
SELECT ledger_one.today() = (now() AT TIME ZONE 'Europe/Amsterdam')::date AS today_of_the_ledger;

-- Two ledgers do not see each other.
SELECT ledger_one.add_customer('C1', 'Jansen') = ledger_two.add_customer('C1', 'Smith') AS ids_of_their_own;
SELECT count(ledger_one.issue_invoice('C1', 'F1', 100, '2024-01-01', '2024-01-31'));
SELECT ledger_two.issue_invoice('C2', 'F1', 100, '2024-01-01');
SELECT ledger_two.record_payment('C1', 100, '2024-01-05', '{F1}');
SELECT count(*) AS in_one FROM ledger_one.invoice;
SELECT count(*) AS in_two FROM ledger_two.invoice;
CALL ledger_one.advance('2024-02-07');
SELECT (SELECT count(*) FROM ledger_one.notice) AS notices_one, (SELECT count(*) FROM ledger_two.run) AS runs_two;

-- Names that can't be.
SELECT debiteur.create_ledger('ledger_one');
SELECT debiteur.create_ledger('public');
SELECT debiteur.create_ledger(NULL);
SELECT debiteur.create_ledger('');
SELECT debiteur.create_ledger('pg_ledger');
SELECT debiteur.create_ledger('debiteur');
SELECT debiteur.create_ledger(repeat('x', 64));
SELECT debiteur.create_ledger(repeat('ä', 32));
SELECT debiteur.create_ledger('ledger_bad', currency => 'eur');
SELECT debiteur.create_ledger('ledger_bad', currency => NULL);
SELECT debiteur.create_ledger('ledger_bad', time_zone => 'Mars/Olympus');
SELECT debiteur.create_ledger('ledger_bad', terms => NULL);
SELECT count(*) AS bad FROM pg_namespace WHERE nspname = 'ledger_bad';

-- Odd names work, in every function, and are nothing but names.
CREATE TABLE public.precious ();
CREATE FUNCTION pg_temp.round_trip(ledger text) RETURNS TABLE (renamed boolean, notices bigint, open numeric, messages bigint)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM debiteur.create_ledger(ledger, time_zone => 'UTC');
    EXECUTE format('SELECT %1$I.add_customer(''C'', ''Odd''); SELECT %1$I.issue_invoice(''C'', ''1'', 10, ''2024-01-01'', ''2024-01-31'');
        SELECT %1$I.record_payment(''C'', 4, ''2024-01-05''); SELECT %1$I.advance_batch(''2024-02-07'')', ledger);
    PERFORM debiteur.rename_ledger(ledger, 'ledger_renamed');
    renamed := NOT EXISTS (SELECT FROM debiteur.ledgers l WHERE l.name = ledger) AND EXISTS (SELECT FROM debiteur.ledgers l WHERE l.name = 'ledger_renamed');
    PERFORM debiteur.rename_ledger('ledger_renamed', ledger);
    PERFORM debiteur.upgrade_ledger(ledger);
    EXECUTE format('SELECT count(*) FROM %I.notice', ledger) INTO notices;
    EXECUTE format('SELECT sum(amount) FROM %I.aging(''2024-02-07'')', ledger) INTO open;
    EXECUTE format('SELECT count(*) FROM %I.take_messages()', ledger) INTO messages;
    PERFORM debiteur.drop_ledger(ledger, true);
    RETURN NEXT;
END $$;
SELECT name, t.* FROM (VALUES ('A b"c'), ('o''reilly'), ('x; DROP TABLE public.precious; --'), ('x$$; DROP TABLE public.precious; $$'),
    ('$body$ $sql$ $do$'), ('%I %s %1$L'), ('back\slash'), ('select'), ('Überfällig ☂'), (E'tab\tand\nline'), (repeat('y', 63)), ('customer')) n(name)
 CROSS JOIN LATERAL pg_temp.round_trip(name) t;
SELECT count(*) AS precious_is_there FROM pg_class WHERE relname = 'precious';
DROP TABLE public.precious;
-- The procedure names its schema in its body.
SELECT debiteur.create_ledger('A $$ b"c', time_zone => 'UTC');
CALL "A $$ b""c".advance('2024-01-01');
SELECT count(*) AS runs FROM "A $$ b""c".run;
SELECT debiteur.drop_ledger('A $$ b"c');

-- After a rename everything names the new schema.
SELECT debiteur.rename_ledger('ledger_two', 'ledger_three');
SELECT count(*) AS old_name_left FROM pg_proc WHERE pronamespace = 'ledger_three'::regnamespace AND (array_to_string(proconfig, ' ') || prosrc) LIKE '%ledger\_two%';
SELECT count(ledger_three.issue_invoice('C1', 'F1', 50, '2024-01-01'));
CALL ledger_three.advance('2024-02-07');
SELECT (SELECT count(*) FROM ledger_three.notice) AS notices;
SELECT debiteur.rename_ledger('ledger_two', 'ledger_four');
SELECT debiteur.rename_ledger('ledger_three', 'ledger_one');
SELECT debiteur.rename_ledger('ledger_three', NULL);
SELECT debiteur.rename_ledger(NULL, 'ledger_four');

-- An upgrade is harmless, and brings back what was replaced.
SELECT debiteur.upgrade_ledger('ledger_one') = debiteur.extension_version() AS upgraded;
CREATE OR REPLACE FUNCTION ledger_one.today() RETURNS date LANGUAGE sql STABLE AS $$ SELECT date '1999-12-31' $$;
UPDATE debiteur.ledger SET version = '0.0.1' WHERE name = 'ledger_one';
SELECT version, current FROM debiteur.ledgers WHERE name = 'ledger_one';
\set VERBOSITY sqlstate
SELECT debiteur.rename_ledger('ledger_one', 'ledger_four');
\set VERBOSITY default
SELECT debiteur.upgrade_ledger('ledger_one') = debiteur.extension_version() AS upgraded;
SELECT current, ledger_one.today() > '2024-01-01' AS today_is_back FROM debiteur.ledgers WHERE name = 'ledger_one';
SELECT number, status, open_amount FROM ledger_one.invoice;
SELECT debiteur.upgrade_ledger('nowhere');
SELECT debiteur.upgrade_ledger(NULL);

-- A schema that is no ledger is not one.
CREATE SCHEMA ledger_impostor;
SELECT debiteur.upgrade_ledger('ledger_impostor');
SELECT debiteur.drop_ledger('ledger_impostor');
SELECT debiteur.grant_ledger('ledger_impostor', current_user, 'reader');
DROP SCHEMA ledger_impostor;

-- The registry's rows follow the schemas.
INSERT INTO debiteur.ledger VALUES ('ledger_nowhere', '0.1.0');
UPDATE debiteur.ledger SET name = 'ledger_nowhere' WHERE name = 'ledger_one';
CREATE SCHEMA ledger_gone;
INSERT INTO debiteur.ledger VALUES ('ledger_gone', '0.1.0');
DROP SCHEMA ledger_gone;
SELECT count(*) AS shown FROM debiteur.ledgers WHERE name = 'ledger_gone';
SELECT debiteur.create_ledger('ledger_gone');
SELECT count(*) AS shown FROM debiteur.ledgers WHERE name = 'ledger_gone' AND current;
SELECT debiteur.drop_ledger('ledger_gone');
CREATE SCHEMA ledger_gone;
INSERT INTO debiteur.ledger VALUES ('ledger_gone', '0.1.0');
DROP SCHEMA ledger_gone;
DELETE FROM debiteur.ledger WHERE name = 'ledger_gone';

-- Settings.
UPDATE ledger_one.settings SET time_zone = 'Mars/Olympus';
UPDATE ledger_one.settings SET policy = 'unknown';
UPDATE ledger_one.settings SET currency = 'euro';
INSERT INTO ledger_one.settings (id, currency, time_zone, terms) VALUES (2, 'EUR', 'UTC', 'net 30');

--
-- A caller's names.
--
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.trap() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s function was called'; END $$;
CREATE FUNCTION hostile.trap_date(date, date) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s operator was called'; END $$;
CREATE FUNCTION hostile.trap_numeric(numeric, numeric) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s operator was called'; END $$;
CREATE FUNCTION hostile.trap_text(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s operator was called'; END $$;
CREATE FUNCTION hostile.trap_status(debiteur.invoice_status, debiteur.invoice_status) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s operator was called'; END $$;
CREATE OPERATOR hostile.= (LEFTARG = date, RIGHTARG = date, FUNCTION = hostile.trap_date);
CREATE OPERATOR hostile.<= (LEFTARG = date, RIGHTARG = date, FUNCTION = hostile.trap_date);
CREATE OPERATOR hostile.< (LEFTARG = date, RIGHTARG = date, FUNCTION = hostile.trap_date);
CREATE OPERATOR hostile.<> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = hostile.trap_numeric);
CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.trap_text);
CREATE OPERATOR hostile.= (LEFTARG = debiteur.invoice_status, RIGHTARG = debiteur.invoice_status, FUNCTION = hostile.trap_status);
CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s now() was called'; END $$;
CREATE FUNCTION hostile.format(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s format() was called'; END $$;
CREATE FUNCTION hostile.is_open(debiteur.invoice_status) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s is_open() was called'; END $$;
CREATE FUNCTION hostile.decide(date, bigint[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s decide() was called'; END $$;
CREATE FUNCTION hostile.today() RETURNS date LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s today() was called'; END $$;
CREATE FUNCTION hostile.advance_batch(date, jsonb, int) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s advance_batch() was called'; END $$;
CREATE FUNCTION hostile.minor_units(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a caller''s minor_units() was called'; END $$;
CREATE TABLE hostile.settings (currency text);
CREATE TEMPORARY TABLE customer (id bigint, number text);
CREATE TEMPORARY TABLE invoice (id bigint, number text);
CREATE TEMPORARY TABLE posted (id bigint);
CREATE TEMPORARY TABLE pg_namespace (nspname text);
CREATE DOMAIN pg_temp.payment_terms AS text CHECK (false);
SET search_path = hostile, pg_temp, pg_catalog;
SELECT debiteur.create_ledger('ledger_path', time_zone => 'UTC');
SELECT count(ledger_path.add_customer('C1', 'Jansen'));
SELECT count(ledger_path.issue_invoice('C1', 'F1', 100, '2024-01-01', '2024-01-31'));
SELECT count(ledger_path.issue_invoice('C1', 'F2', 50, '2024-01-02', '2024-02-01'));
SELECT count(ledger_path.record_payment('C1', 30, '2024-01-05', '{F1}'));
SELECT count(ledger_path.issue_credit_note('C1', 'K1', 10, 'F1', '2024-01-06'));
INSERT INTO ledger_path.allocation (invoice_id, kind, amount, posted_on) SELECT i.id, 'credit', 5, '2024-01-07' FROM ledger_path.invoice i WHERE i.number OPERATOR(pg_catalog.=) 'F2';
CALL ledger_path.advance('2024-02-08');
SELECT count(ledger_path.run_due()) >= 0 AS asked;
SELECT number, status, open_amount, step FROM ledger_path.invoice ORDER BY number;
SELECT * FROM ledger_path.explain('F1', '2024-02-09');
SELECT * FROM ledger_path.aging('2024-02-08') WHERE amount > 0;
SELECT customer, balance FROM ledger_path.aging_by_customer('2024-02-08') ORDER BY customer;
SELECT sales, receipts, credits FROM ledger_path.kpi('2024-01-01', '2024-02-08');
SELECT debiteur.rename_ledger('ledger_path', 'ledger_path2');
SELECT debiteur.upgrade_ledger('ledger_path2') IS NOT NULL AS upgraded;
SELECT debiteur.drop_ledger('ledger_path2', true);
RESET search_path;
DROP TABLE pg_temp.customer, pg_temp.invoice, pg_temp.posted, pg_temp.pg_namespace;
DROP DOMAIN pg_temp.payment_terms;
SET client_min_messages = warning;
DROP SCHEMA hostile CASCADE;
RESET client_min_messages;

-- A ledger with data is not dropped by mistake.
SELECT debiteur.drop_ledger('ledger_one');
SELECT debiteur.drop_ledger('ledger_one', with_data => NULL);
SELECT debiteur.drop_ledger('ledger_one', with_data => true);
SELECT debiteur.drop_ledger('ledger_three', true);
SELECT debiteur.drop_ledger('ledger_three', true);
-- What its owner put in the place of a table is not run by the superuser who drops it.
SELECT debiteur.create_ledger('ledger_trap');
ALTER TABLE ledger_trap.payment RENAME TO money;
CREATE FUNCTION ledger_trap.spring() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'sprung by %', current_user; END $$;
CREATE VIEW ledger_trap.payment AS SELECT 1 AS id WHERE ledger_trap.spring();
SELECT debiteur.drop_ledger('ledger_trap');
SELECT debiteur.drop_ledger('ledger_trap', with_data => true);
SELECT debiteur.drop_ledger(NULL);
SELECT count(*) AS left_over FROM debiteur.ledger WHERE name LIKE 'ledger\_%';

-- The extension can't go while a ledger uses its types.
SELECT debiteur.create_ledger('ledger_stays');
\set VERBOSITY sqlstate
DROP EXTENSION debiteur;
\set VERBOSITY default
SELECT debiteur.drop_ledger('ledger_stays');
