--
-- security: what the catalog must say, and what each role may do
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('security', time_zone => 'UTC');

--
-- The catalog: every query lists what is wrong; most list nothing.
--
CREATE TEMPORARY VIEW routine AS
SELECT p.*, n.nspname, p.oid::regprocedure::text AS signature, l.lanname
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
 WHERE n.nspname IN ('debiteur', 'security');
SELECT nspname, count(*) > 40 AS found FROM routine GROUP BY 1 ORDER BY 1;
-- search_path: every one that is not C, but those whose body is parsed already, and the procedure that commits.
SELECT signature AS without_search_path FROM routine
 WHERE lanname NOT IN ('c', 'internal') AND prosqlbody IS NULL AND prokind <> 'a' AND NOT EXISTS (SELECT FROM unnest(proconfig) c WHERE c LIKE 'search\_path=%') ORDER BY 1;
SELECT DISTINCT nspname, c AS search_path FROM routine, unnest(proconfig) c WHERE c LIKE 'search\_path=%' ORDER BY 1, 2;
-- SECURITY DEFINER: the posting functions, and the trigger that follows a manager's change of a customer's policy.
SELECT nspname, string_agg(proname, ' ' ORDER BY proname COLLATE "C") AS security_definer FROM routine WHERE prosecdef GROUP BY 1;
SELECT signature AS definer_without_search_path FROM routine WHERE prosecdef AND proconfig IS NULL;
-- Nothing in a ledger that can write is for PUBLIC.
SELECT signature AS volatile_for_public FROM routine
 WHERE nspname = 'security' AND provolatile = 'v' AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) a WHERE a.grantee = 0);
SELECT relname AS table_for_public FROM pg_class WHERE relnamespace = 'security'::regnamespace AND EXISTS (SELECT FROM aclexplode(relacl) a WHERE a.grantee = 0);
SELECT relname, string_agg(DISTINCT privilege_type, ' ' ORDER BY privilege_type) AS for_public FROM pg_class, aclexplode(relacl) a
 WHERE relnamespace = 'debiteur'::regnamespace AND a.grantee = 0 GROUP BY 1 ORDER BY 1;
SELECT nspname, string_agg(DISTINCT privilege_type, ' ') AS for_public FROM pg_namespace, aclexplode(nspacl) a WHERE nspname IN ('debiteur', 'security') AND a.grantee = 0 GROUP BY 1;
-- One function a name: a call is never ambiguous.
SELECT proname AS overloaded FROM pg_proc WHERE pronamespace = 'security'::regnamespace GROUP BY 1 HAVING count(*) > 1;
-- Everything belongs to whoever made it.
SELECT signature AS owned_by_another FROM routine WHERE proowner <> (SELECT nspowner FROM pg_namespace WHERE oid = pronamespace);
SELECT relname AS owned_by_another FROM pg_class WHERE relnamespace = 'security'::regnamespace AND relowner <> (SELECT nspowner FROM pg_namespace WHERE nspname = 'security');
-- Every object has a comment.
SELECT signature AS without_comment FROM routine WHERE obj_description(oid, 'pg_proc') IS NULL ORDER BY 1;
SELECT c.oid::regclass AS without_comment FROM pg_class c WHERE relnamespace IN ('debiteur'::regnamespace, 'security'::regnamespace) AND relkind IN ('r', 'v', 'm', 'p') AND obj_description(oid, 'pg_class') IS NULL ORDER BY 1::text;
SELECT c.oid::regclass AS relation, attname AS without_comment FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
 WHERE relnamespace IN ('debiteur'::regnamespace, 'security'::regnamespace) AND relkind IN ('r', 'v', 'm', 'p') AND col_description(c.oid, attnum) IS NULL ORDER BY 1::text, attnum;
SELECT oid::regtype AS without_comment FROM pg_type WHERE typnamespace = 'debiteur'::regnamespace AND typtype = 'b' AND typelem = 0 AND obj_description(oid, 'pg_type') IS NULL;
SELECT oid::regoperator AS without_comment FROM pg_operator WHERE oprnamespace = 'debiteur'::regnamespace AND obj_description(oid, 'pg_operator') IS NULL;
SELECT castsource::regtype, casttarget::regtype AS without_comment FROM pg_cast
 WHERE (castsource IN (SELECT oid FROM pg_type WHERE typnamespace = 'debiteur'::regnamespace) OR casttarget IN (SELECT oid FROM pg_type WHERE typnamespace = 'debiteur'::regnamespace))
   AND obj_description(oid, 'pg_cast') IS NULL;
SELECT opcname, amname AS without_comment FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod WHERE opcnamespace = 'debiteur'::regnamespace AND obj_description(o.oid, 'pg_opclass') IS NULL;
SELECT obj_description('debiteur'::regnamespace, 'pg_namespace') IS NOT NULL OR obj_description((SELECT oid FROM pg_extension WHERE extname = 'debiteur'), 'pg_extension') IS NOT NULL AS extension_has_comment;
-- C functions: the same for ever and safe anywhere, but the one that asks the server.
SELECT signature AS not_immutable_or_not_safe FROM routine WHERE lanname = 'c' AND (provolatile <> 'i' OR proparallel <> 's') AND prorettype <> 'trigger'::regtype ORDER BY 1;
-- What only reads does so in a parallel worker too, where there are no subtransactions: a query that calls it may be parallel.
SELECT signature AS not_safe FROM routine WHERE provolatile <> 'v' AND proparallel <> 's' AND prosrc !~* '\mexception\s+when\M' ORDER BY 1;
SELECT signature AS safe_but_writes FROM routine WHERE proparallel = 's' AND (provolatile = 'v' OR prosrc ~* '\mexception\s+when\M') AND proname <> 'ledger_template' AND prorettype <> 'trigger'::regtype ORDER BY 1;
-- What is not volatile must not call what is: the words of writing do not occur.
SELECT signature AS stable_but_writes FROM routine WHERE provolatile <> 'v' AND proname <> 'ledger_template' AND lanname IN ('sql', 'plpgsql') AND prosrc ~* '\m(insert into|update [a-z]+ |delete from|nextval|for update|for no key update|lock_invoice|lock_customer|set_config)\M';
SELECT signature AS immutable_but_reads FROM routine WHERE provolatile = 'i' AND proname <> 'ledger_template' AND lanname IN ('sql', 'plpgsql') AND prosrc ~* '\m(from (settings|invoice|customer|payment|allocation|reschedule|policy|hold|pg_[a-z]+)|now\(\)|current_date|today\(\))\M';
-- Whoever gets an error is told its SQLSTATE, what was found, and what to do. The text of the template is looked at as the ledger's functions.
CREATE TEMPORARY VIEW raised AS
SELECT r.nspname, r.signature, e.statement[1] AS statement
  FROM routine r, regexp_matches(r.prosrc, $$\mRAISE\s+(?!NOTICE)(?:'(?:[^']|'')*'|[^';])*$$, 'g') e(statement) WHERE r.lanname = 'plpgsql' AND r.proname <> 'ledger_template';
SELECT signature, statement AS not_told_all FROM raised WHERE NOT (statement ~ '\mERRCODE = ' AND statement ~ '\mDETAIL = ' AND statement ~ '\mHINT = ') ORDER BY 1, 2;
SELECT nspname, count(*) > 5 AS raises FROM raised GROUP BY 1 ORDER BY 1;
-- Everything in the schema of the extension is a member of it.
SELECT signature AS no_member FROM routine r WHERE nspname = 'debiteur' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = r.oid AND d.deptype = 'e');
SELECT signature AS member FROM routine r WHERE nspname = 'security' AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = r.oid AND d.deptype = 'e');

--
-- What each role may do.
--
CREATE ROLE security_owner;
CREATE ROLE security_reader;
CREATE ROLE security_clerk;
CREATE ROLE security_manager;
CREATE ROLE security_stranger;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO security_owner', current_database()); END $$;
SELECT debiteur.drop_ledger('security');
SET ROLE security_owner;
SELECT debiteur.create_ledger('security', time_zone => 'UTC');
SELECT name, owner, current FROM debiteur.ledgers WHERE name = 'security';
SELECT count(*) AS not_the_owners FROM pg_proc WHERE pronamespace = 'security'::regnamespace AND proowner <> 'security_owner'::regrole;
SELECT count(security.add_customer('C' || n, 'Customer')) FROM generate_series(1, 3) n;
SELECT count(security.issue_invoice('C1', 'F' || n, 100, '2024-01-01', '2024-01-31')) FROM generate_series(1, 5) n;
SELECT debiteur.grant_ledger('security', 'security_reader', 'reader'), debiteur.grant_ledger('security', 'security_clerk', 'clerk'), debiteur.grant_ledger('security', 'security_manager', 'manager');
SELECT debiteur.grant_ledger('security', 'security_reader', 'boss');
SELECT debiteur.grant_ledger('security', 'security_reader', NULL);
SELECT debiteur.grant_ledger('security', 'nobody at all', 'reader');
SELECT debiteur.grant_ledger('security', 'public', 'clerk');
SELECT debiteur.grant_ledger('security', NULL, 'clerk');
SELECT debiteur.grant_ledger(NULL, 'security_reader', 'clerk');
RESET ROLE;

-- Each call, in its own subtransaction that is rolled back, as each role.
CREATE FUNCTION public.attempt(role name, command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE command;
    RAISE EXCEPTION 'done' USING ERRCODE = 'ZZZZZ';
EXCEPTION WHEN insufficient_privilege THEN RETURN '-';
          WHEN SQLSTATE 'ZZZZZ' THEN RETURN 'yes';
          WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT security.record_payment('C2', 50, '2024-02-01') AS payment \gset
SELECT security.hold('C2', from_on => '2024-01-01') AS hold \gset
SELECT security.dispute('F5', 'price', from_on => '2024-01-01') AS dispute \gset
SELECT security.agree_plan('{2050-01-01}', invoices => '{F3}', from_on => '2024-01-01') AS plan \gset
SELECT count(security.issue_credit_note('C1', 'N1', 5, issued_on => '2024-02-01'));
CALL security.advance('2024-02-07');
SELECT min(id) AS notice FROM security.notice \gset
SELECT command, public.attempt('security_stranger', command) AS stranger, public.attempt('security_reader', command) AS reader, public.attempt('security_clerk', command) AS clerk,
       public.attempt('security_manager', command) AS manager, public.attempt('security_owner', command) AS owner
  FROM (VALUES
    (1, 'SELECT * FROM security.invoice'), (2, 'SELECT * FROM security.aging(''2024-02-01'')'), (3, 'SELECT * FROM security.aging_by_customer(''2024-02-01'')'),
    (4, 'SELECT * FROM security.kpi(''2024-01-01'', ''2024-02-01'')'), (5, 'SELECT * FROM security.on_account()'), (6, 'SELECT * FROM security.explain(''F1'', ''2024-02-01'')'),
    (7, 'SELECT * FROM security.decide(''2024-02-08'')'), (8, 'SELECT security.today()'), (9, 'SELECT security.run_due()'), (10, 'SELECT * FROM security.request'),
    (11, 'SELECT * FROM security.roll_rates(''2024-01-01'', ''2024-02-29'')'), (12, 'SELECT * FROM security.provision(''2024-02-01'')'), (13, 'SELECT * FROM security.aging_chart(''2024-02-01'')'), (14, 'SELECT * FROM security.kpi_chart(''2024-01-01'', ''2024-02-01'')'),
    (15, 'SELECT * FROM security.statement(''C1'', ''2024-01-01'')'), (16, 'SELECT * FROM security.settlement, security.money_use'), (17, 'SELECT * FROM security.exposure(), security.check_credit(''C1'', 5)'),
    (20, 'SELECT security.add_customer(''C9'', ''New'')'), (21, 'SELECT security.issue_invoice(''C1'', ''F9'', 10, ''2024-01-01'')'),
    (22, 'SELECT security.record_payment(''C1'', 100, ''2024-02-01'', key => ''k'')'), (23, format('SELECT security.allocate(%s, ''F2'')', :payment)),
    (24, format('SELECT security.reverse_payment(%s, ''2024-02-02'')', :payment)), (25, 'SELECT security.issue_credit_note(''C1'', ''N9'', 10, ''F1'', ''2024-02-01'')'),
    (26, 'SELECT security.apply_credit(''N1'', ''F1'')'), (27, 'SELECT security.hold(''C1'')'), (28, format('SELECT security.release(%s)', :hold)), (28.5, 'SELECT security.reschedule(''F3'', ''2024-12-31'')'),
    (29, 'SELECT * FROM security.take_messages()'), (30, format('SELECT security.confirm_notice(%s)', :notice)), (31, format('SELECT security.fail_notice(%s)', :notice)),
    (32, 'SELECT security.dispute(''F4'', ''price'')'), (33, format('SELECT security.add_note(%s, ''n'')', :hold)), (34, format('SELECT security.resolve_dispute(%s, ''rejected'')', :dispute)),
    (35, 'SELECT security.promise(''2050-01-01'', ''C1'')'), (36, 'SELECT security.agree_plan(''{2050-01-01}'', invoices => ''{F4}'')'), (37, format('SELECT security.revise_plan(%s, ''{2050-01-01}'')', :plan)),
    (38, format('SELECT security.cancel_plan(%s)', :plan)), (38.1, 'SELECT security.reserve_credit(''C1'', 5, ''O1'')'), (38.2, 'SELECT security.release_credit(''C1'', ''O1'')'), (39, 'SELECT * FROM security.promises(), security.plans(), security.instalments(), security.dispute_causes(''2024-01-01'', ''2024-12-31'')'),
    (40, 'SELECT security.write_off(''F1'')'), (41, 'SELECT security.cancel_invoice(''F2'')'), (42, 'SELECT security.set_policy(''p'', ''{due+1 email reminder}'')'), (42.1, 'SELECT security.assign_policy(''default'', segment => ''public'')'), (42.2, 'SELECT security.migrate_policy(''default'')'), (42.3, 'SELECT security.set_credit_limit(''C1'', 500)'), (42.4, 'SELECT security.apply_credit_limits(''2024-02-14'')'), (43, 'SELECT security.advance_batch(''2024-02-14'')'),
    (44, 'SELECT security.add_holiday(''2024-05-10'', ''Closed'')'), (45, 'SELECT security.add_dutch_holidays(2024, 2025)'), (46, 'SELECT security.remove_holiday(''2024-05-10'')'),
    (47, 'INSERT INTO security.holiday VALUES (''2024-05-10'', ''Closed'')'),
    (50, 'INSERT INTO security.allocation (invoice_id, kind, amount, posted_on) SELECT id, ''credit'', 1, ''2024-02-01'' FROM security.invoice WHERE number = ''F1'''),
    (51, 'INSERT INTO security.invoice (customer_id, number, amount, issued_on) VALUES (1, ''F8'', 1, ''2024-02-01'')'), (52, 'INSERT INTO security.payment (customer_id, currency, amount, received_on) VALUES (1, ''EUR'', 1, ''2024-02-01'')'),
    (52.5, 'INSERT INTO security.reschedule (invoice_id, posted_on, due_to) SELECT id, ''2024-03-01'', ''2024-12-31'' FROM security.invoice WHERE number = ''F3'''), (53, 'UPDATE security.invoice SET reference = ''x'''), (54, 'UPDATE security.customer SET name = ''x'''), (54.5, 'UPDATE security.customer SET policy = ''default'' WHERE number = (SELECT min(number) FROM security.customer)'), (54.6, 'UPDATE security.customer SET segment = ''public'' WHERE number = (SELECT min(number) FROM security.customer)'), (54.7, 'INSERT INTO security.segment VALUES (''public'', ''default'')'), (55, 'DELETE FROM security.hold WHERE kind = ''manual'''), (56, 'DELETE FROM security.outbox'), (57, 'UPDATE security.settings SET worker = false'), (57.1, 'INSERT INTO security.credit_limit (customer_id, currency, from_on) VALUES (1, ''EUR'', ''2024-01-01'')'), (57.2, 'DELETE FROM security.credit_reservation'),
    (58, 'SELECT nextval(''security.invoice_id_seq'')'), (59, 'TRUNCATE security.outbox'),
    (60, 'SELECT security.settle(''{1}'')'), (61, 'SELECT security.set_off(6, 1, 3, ''2024-03-01'')'), (62, 'SELECT security.spread(1, NULL, true, 5, ''2024-01-01'')'), (63, 'SELECT security.request_begin(''k'', ''f'', ''{}'')'),
    (64, 'SELECT security.request_end(''k'', 1)'), (65, 'SELECT security.execute_decisions(''2024-02-14'', ''{1}'')'), (66, 'SELECT security.replan(NULL)'), (67, 'SELECT security.record_failure(''2024-02-14'', ''x'', ''x'', ''x'')'),
    (68, 'SELECT security.lock_customer(''C1'')'), (69, 'SELECT security.post_messages(''{1}'')'), (70.1, 'SELECT security.follow_plans(''{1}'')'), (70.2, 'SELECT security.remind_instalments(''2024-02-07'', 1)'), (70.3, 'DELETE FROM security.hold_note'), (70, 'SELECT security.count_run(''2024-02-07'', 1, 1, 1, ''{}'')'),
    (80, 'SELECT debiteur.upgrade_ledger(''security'')'), (81, 'SELECT debiteur.drop_ledger(''security'', true)'), (82, 'SELECT debiteur.rename_ledger(''security'', ''security_two'')'),
    (83, 'SELECT debiteur.grant_ledger(''security'', ''security_stranger'', ''manager'')'), (84, 'DELETE FROM debiteur.ledger WHERE name = ''security'''), (85, 'UPDATE debiteur.ledger SET version = ''0'' WHERE name = ''security'''),
    (86, 'INSERT INTO debiteur.ledger VALUES (''pg_catalog'', ''0'')'), (87, 'SELECT * FROM debiteur.ledgers'), (88, 'CREATE TABLE debiteur.mine ()'), (89, 'CREATE TABLE security.mine ()')
  ) c(n, command) ORDER BY n;
SET ROLE security_manager;
CALL security.advance('2024-02-08');
RESET ROLE;
SET ROLE security_clerk;
CALL security.advance('2024-02-09');
RESET ROLE;
SELECT as_of FROM security.run ORDER BY 1;

-- A ledger's row can't be taken over by the owner of another schema.
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO security_stranger', current_database()); END $$;
SET ROLE security_stranger;
CREATE SCHEMA security_mine;
UPDATE debiteur.ledger SET name = 'security_mine' WHERE name = 'security';
RESET ROLE;

-- What an owner puts into his schema is not run with the rights of whoever upgrades it.
SET ROLE security_owner;
CREATE FUNCTION security.format(text, regprocedure) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'called as %', current_user; RETURN pg_catalog.format($1, $2); END $$;
CREATE FUNCTION security.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'called as %', current_user; RETURN pg_catalog.set_config($1, $2, $3); END $$;
CREATE FUNCTION security.format(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'called as %', current_user; RETURN pg_catalog.format($1, $2); END $$;
CREATE FUNCTION security.format(text, name) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'called as %', current_user; RETURN pg_catalog.format($1, $2); END $$;
CREATE FUNCTION security.same(oid, regnamespace) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'called as %', current_user; RETURN true; END $$;
CREATE OPERATOR security.= (LEFTARG = oid, RIGHTARG = regnamespace, FUNCTION = security.same);
DROP FUNCTION security.kpi(date, date);
RESET ROLE;
SELECT debiteur.upgrade_ledger('security') IS NOT NULL AS upgraded;
SELECT current_user = session_user AS myself_again;
SELECT proowner::regrole AS owner_of_what_is_new FROM pg_proc WHERE pronamespace = 'security'::regnamespace AND proname = 'kpi';
SELECT debiteur.rename_ledger('security', 'security_two');
SELECT count(*) AS not_the_owners FROM pg_proc WHERE pronamespace = 'security_two'::regnamespace AND proowner <> 'security_owner'::regrole;
DROP OPERATOR security_two.= (oid, regnamespace);
DROP FUNCTION security_two.format(text, regprocedure), security_two.format(text, text), security_two.format(text, name), security_two.set_config(text, text, boolean), security_two.same(oid, regnamespace);
-- Rights outlive an upgrade and a rename.
SELECT public.attempt('security_clerk', 'SELECT security_two.record_payment(''C1'', 100, ''2024-02-01'')') AS clerk, public.attempt('security_clerk', 'SELECT security_two.write_off(''F3'')') AS clerk_writes_off,
       public.attempt('security_reader', 'SELECT * FROM security_two.aging(''2024-02-01'')') AS reader;

SELECT debiteur.drop_ledger('security_two', true);
DROP SCHEMA security_mine;
DROP FUNCTION public.attempt(name, text);
DROP OWNED BY security_owner, security_reader, security_clerk, security_manager, security_stranger;
DROP ROLE security_owner, security_reader, security_clerk, security_manager, security_stranger;
