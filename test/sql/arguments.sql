--
-- arguments: NULL and hostile text in every argument of every function of a ledger
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('arguments', time_zone => 'UTC');
SET search_path = arguments, debiteur;
SELECT add_customer('C1', 'Jansen') AS customer, issue_invoice('C1', 'F1', 100, '2024-01-01', '2024-01-31') AS f1, issue_invoice('C1', 'F2', 100, '2024-01-01', '2024-01-31') AS f2,
       issue_credit_note('C1', 'N1', 5, issued_on => '2024-01-02') AS n1, record_payment('C1', 50, '2024-01-05', '{}') AS payment, dispute('F1', 'price', 5, from_on => '2024-02-01') AS hold,
       add_customer('C2', 'De Wit') AS other, issue_invoice('C2', 'P1', 200, '2024-01-01', '2024-01-31') AS p1, agree_plan('{2024-03-01}', 'C2', from_on => '2024-01-15') AS plan;
SELECT set_policy('agency', '{due+1 agency hand_over}') > 0 AS made, add_customer('C9', 'Away', policy => 'agency') > 0 AS away, issue_invoice('C9', 'F9', 100, '2024-01-01', '2024-01-31') > 0 AS f9;
CALL advance('2024-02-07');
CREATE TABLE public.precious (id int);

-- A good value for each argument, by name.
CREATE TABLE good (argument text PRIMARY KEY, value text);
INSERT INTO good VALUES ('customer', '''C1'''), ('number', '''NEW'''), ('name', '''Name'''), ('kind', NULL), ('terms', '''net 30'''), ('policy', '''default'''), ('amount', '5'),
    ('issued_on', '''2024-01-02'''), ('due_on', '''2024-02-02'''), ('currency', '''EUR'''), ('related', '''F1'''), ('invoice', '''F2'''), ('invoices', '''{F1,F2}'''), ('posted_on', '''2024-02-10'''),
    ('received_on', '''2024-02-01'''), ('payment', '1'), ('credit_note', '''N1'''), ('hold', '1'), ('from_on', '''2024-02-01'''), ('until_on', '''2024-02-20'''), ('released_on', '''2024-02-11'''),
    ('notice', '1'), ('steps', '''{due+1 email reminder}'''), ('catch_up', '''by_age'''), ('grouped_by', '''invoice'''), ('minimum_amount', '1'), ('min_interval', '1'), ('step_minimums', '''{1}'''), ('minimum_share', '0.5'), ('as_of', '''2024-02-14'''),
    ('most', '10'), ('discount', 'true'), ('retry', 'true'), ('batch_size', '10'), ('bounds', '''{30,60}'''), ('language', '''nl'''), ('country', '''NL'''), ('email', '''a@example.org'''),
    ('phone', '''1'''), ('address', '''Kade'''), ('segment', '''x'''), ('reference', '''r'''), ('reason', '''r'''), ('note', '''n'''), ('key', '''key'''), ('function', '''f'''), ('arguments', '''{}'''),
    ('message', '''m'''), ('code', '''XX000'''), ('detail', '''d'''), ('result', '1'), ('days', '30'), ('ids', '''{1}'''), ('customers', '''{1}'''), ('only_invoice', '1'),
    ('credited', '5'), ('resolved_on', '''2024-02-15'''), ('owner', '''o'''), ('promised_on', '''2024-03-01'''), ('tolerance_days', '2'), ('plan', '1'), ('amounts', '''{150,50}'''),
    ('broken_after_days', '5'), ('remind_before', '3'), ('remind_after', '1'), ('cancelled_on', '''2024-02-15'''),
    ('action', '''reminder'''), ('subject', '''{invoice}'''), ('body', '''{lines}'''), ('line', '''{amount}'''), ('outcome', '''reached'''), ('contacted_on', '''2024-02-10'''), ('again_on', '''2024-02-12'''),
    ('recalled_on', '''2024-02-10'''), ('restart', 'true'), ('collected', '5'), ('withheld', '1'), ('blocked_on', '''2024-02-10'''), ('account_manager', '''Anna'''),
    ('day', '''2024-05-10'''), ('from_year', '2024'), ('until_year', '2025'), ('good_friday', 'true'), ('liberation_day', '''always'''), ('convention', '''following'''), ('send_days', '''{1,2,3,4,5}'''), ('quiet', '''{[2024-12-24,2025-01-02]}''');
CREATE VIEW routine AS
SELECT p.oid, p.proname, p.prokind, p.pronargdefaults, p.provolatile, p.prosecdef, a.argument, a.type, a.n, a.n > p.pronargs - p.pronargdefaults AS optional
  FROM pg_proc p CROSS JOIN LATERAL (SELECT x.argument, p.proargtypes[x.n - 1]::regtype::text AS type, x.n FROM unnest(p.proargnames) WITH ORDINALITY x(argument, n) WHERE x.n <= p.pronargs) a
 WHERE p.pronamespace = 'arguments'::regnamespace AND p.prorettype <> 'trigger'::regtype AND p.prokind = 'f';
-- A call with this value for one argument and good ones for the rest.
CREATE FUNCTION pg_temp.call_of(routine oid, argument text, value text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT * FROM arguments.%I(%s)', min(r.proname), string_agg(format('%I => %s', r.argument, CASE WHEN r.argument = call_of.argument THEN call_of.value
               WHEN r.argument = 'kind' THEN CASE WHEN r.proname = 'hold' THEN '''dispute''' WHEN r.proname = 'add_customer' THEN '''consumer''' ELSE '''costs''' END
               WHEN r.argument = 'due_on' AND r.proname ~ 'plan' THEN '''{2024-03-02,2024-04-02}''' WHEN r.argument = 'credit_note' AND r.proname = 'resolve_dispute' THEN '''NEW''' WHEN r.argument = 'outcome' AND r.proname = 'resolve_dispute' THEN '''granted'''
               WHEN r.argument = 'channel' THEN CASE r.proname WHEN 'take_messages' THEN 'NULL' ELSE '''phone''' END
               WHEN r.proname = 'assign_policy' AND r.argument = 'segment' THEN 'NULL'
               WHEN r.proname = 'reserve_credit' AND r.argument = 'until_on' THEN '''9999-12-31'''
               WHEN r.proname = 'recall_claim' AND r.argument = 'invoice' THEN '''F9'''
               WHEN r.argument = 'customers' THEN '''{1}''' ELSE coalesce(g.value, 'NULL') END), ', ' ORDER BY r.n))
      FROM arguments.routine r LEFT JOIN arguments.good g ON g.argument = r.argument WHERE r.oid = call_of.routine $$;
-- The SQLSTATE of a call, which is rolled back.
CREATE FUNCTION pg_temp.outcome(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RAISE EXCEPTION 'done' USING ERRCODE = 'ZZZZZ';
EXCEPTION WHEN SQLSTATE 'ZZZZZ' THEN RETURN 'done';
          WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- All good: every posting function and report can be called so.
SELECT proname, pg_temp.outcome(pg_temp.call_of(oid, '', NULL)) AS with_good_values FROM (SELECT DISTINCT oid, proname FROM routine WHERE prosecdef) r ORDER BY 1;
-- NULL for one argument at a time: what it means, or which error it is.
SELECT proname, string_agg(argument, ' ' ORDER BY n) FILTER (WHERE code = 'done') AS "NULL passes", string_agg(argument || ' ' || code, ', ' ORDER BY n) FILTER (WHERE code <> 'done') AS "NULL is an error"
  FROM (SELECT proname, argument, n, pg_temp.outcome(pg_temp.call_of(oid, argument, 'NULL')) AS code FROM routine WHERE prosecdef) r GROUP BY 1 ORDER BY 1;

-- Whatever is refused, it says what to do.
CREATE FUNCTION pg_temp.without_hint(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE command;
    RAISE EXCEPTION 'done' USING HINT = 'It is rolled back.';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN CASE WHEN hint = '' THEN SQLSTATE || ' ' || SQLERRM END;
END $$;
SELECT count(*) > 200 AS calls, count(DISTINCT (proname, argument)) > 60 AS arguments, min(fault) AS without_hint
  FROM (SELECT proname, argument, value, proname || '(' || argument || ' => ' || value || '): ' || pg_temp.without_hint(pg_temp.call_of(oid, argument, value)) AS fault
          FROM routine, (VALUES ('NULL'), ('''nonesuch'''), ('''infinity'''), ('''-infinity'''), ('-1'), ('0'), ('''NaN''')) AS bad(value)
         WHERE prosecdef AND (value = 'NULL' OR (type = 'text' AND value ~ 'nonesuch') OR (type = 'date' AND value ~ 'infinity') OR (type IN ('numeric', 'integer', 'bigint') AND value ~ '[01]')
                              OR (type = 'numeric' AND value ~ 'NaN|infinity'))) r;

-- Hostile text for one argument at a time.
CREATE TABLE hostile (n int, value text);
INSERT INTO hostile VALUES (1, ''''), (2, ''''''), (3, '"'), (4, '''; DROP TABLE public.precious; --'), (5, '''); DROP TABLE public.precious; --'), (6, '$$; DROP TABLE public.precious; $$'), (7, '%I'), (8, '%s %1$L %'),
    (9, '\'), (10, '\''; DROP TABLE public.precious; --'), (11, E'\n\t\r'), (12, ''), (13, ' '), (14, 'NULL'), (15, 'Ünïcödé ☂ 𝄞'), (16, repeat('x', 100000)), (17, '{"a": 1}'), (18, '{}'), (19, '/* '), (20, '-- '), (21, 'C1'' OR ''1''=''1'), (22, '%_');
CREATE TABLE tried AS
SELECT r.proname, r.argument, h.n, pg_temp.outcome(pg_temp.call_of(r.oid, r.argument, CASE r.type WHEN 'text[]' THEN format('ARRAY[%L]', h.value) WHEN 'jsonb' THEN format('jsonb_build_object(%L, %1$L)', h.value) ELSE format('%L', h.value) END)) AS code
  FROM routine r, hostile h WHERE r.type IN ('text', 'text[]', 'jsonb');
SELECT count(*) > 1000 AS calls, count(DISTINCT (proname, argument)) > 60 AS arguments FROM tried;
-- Clean errors: our own, of a check or of a value; never of syntax, of a missing name, or internal.
SELECT DISTINCT proname, argument, code AS unclean FROM tried WHERE code !~ '^(done|RV...|22...|23...|54000)$' ORDER BY 1, 2, 3;
SELECT proname, argument, string_agg(DISTINCT code, ' ' ORDER BY code) AS codes FROM tried JOIN pg_proc USING (proname) WHERE prosecdef AND pronamespace = 'arguments'::regnamespace AND code <> 'done' AND argument NOT IN ('currency', 'kind', 'customer', 'invoice', 'invoices') GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) AS precious_is_there FROM pg_tables WHERE tablename = 'precious';

-- What is stored is stored verbatim, and found again.
SELECT count(add_customer('c' || n || value, value, email => value, phone => value, address => value, country => value, segment => value, language => value, key => 'a' || n || left(value, 1000))) AS customers FROM hostile WHERE n <> 16;
SELECT count(issue_invoice('c' || n || value, 'f' || n || value, 10, '2024-01-01', '2024-01-31', reference => value, key => 'i' || n || left(value, 1000))) AS invoices FROM hostile WHERE n <> 16;
SELECT count(record_payment('c' || n || value, 4, '2024-01-05', ARRAY['f' || n || value], reference => value)) AS payments FROM hostile WHERE n <> 16;
SELECT count(hold(invoice => 'f' || n || value, from_on => '2024-03-01', reason => value)) AS holds FROM hostile WHERE n <> 16;
SELECT count(*) AS verbatim FROM hostile h JOIN customer c ON c.number = 'c' || n || value AND (c.name, c.email, c.phone, c.address, c.country, c.segment, c.language) = (value, value, value, value, value, value, value)
  JOIN invoice i ON i.customer_id = c.id AND i.number = 'f' || n || value AND i.reference = value AND i.open_amount = 6 JOIN payment p ON p.customer_id = c.id AND p.reference = value JOIN hold o ON o.invoice_id = i.id AND o.reason = value;
CALL advance('2024-02-08');
SELECT count(*) AS in_messages FROM take_messages() m JOIN hostile h ON m.payload->>'customer' = 'c' || n || value AND m.payload->>'address' = value AND m.payload->'lines'->0->>'invoice' = 'f' || n || value;
SELECT count(*) AS explained FROM hostile h, explain('f' || n || value, '2024-02-09') e WHERE n <> 16;
SELECT count(*) AS aged FROM hostile h JOIN aging_by_customer('2024-02-09') a ON a.customer = 'c' || n || value AND a.name = value;
SELECT count(*) AS precious_is_there FROM pg_tables WHERE tablename = 'precious';

DROP TABLE public.precious;
RESET search_path;
SELECT debiteur.drop_ledger('arguments', true);
