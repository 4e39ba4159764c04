--
-- verify: what it finds of claims and their cases. Of the roll-up and the
-- postings it is in roll_up.sql, of plans in plan.sql, of due dates in reschedule.sql.
-- And that it finds nothing, whatever is done to a ledger.
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
\getenv abs_srcdir PG_ABS_SRCDIR
\set days :abs_srcdir '/test/days.sql'
SELECT debiteur.create_ledger('verify', time_zone => 'UTC');
SET search_path = verify, debiteur;
SELECT * FROM verify();
SELECT set_policy('default', '{due+7 email reminder,due+14 email final_notice,prev+14 agency hand_over}') > 0 AS made;
SELECT add_customer('C1', 'One') > 0 AS c1, add_customer('C2', 'Two') > 0 AS c2, add_customer('C3', 'Credited') > 0 AS c3;
SELECT count(issue_invoice('C1', 'A' || n, 100, '2024-01-01', date '2024-01-31' + n)) AS invoices FROM generate_series(1, 6) n;
SELECT issue_invoice('C2', 'B1', 100, '2023-11-01', '2023-12-01') > 0 AS b1, issue_invoice('C3', 'D1', 100, '2024-01-01', '2024-01-31') > 0 AS d1, issue_credit_note('C3', 'N1', 100, issued_on => '2024-01-01') > 0 AS n1;
CALL advance('2024-01-01');
CALL advance('2024-01-02');
CALL advance('2024-01-16');
CALL advance('2024-02-07');
SELECT number, status, step, noticed_on, next_on FROM invoice ORDER BY id;
SELECT * FROM verify();
-- Behind the triggers' back; and set right again.
CREATE PROCEDURE broken(change text) LANGUAGE plpgsql AS $$
DECLARE
    f record;
BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE change;
    SET LOCAL session_replication_role = origin;
    RAISE NOTICE '%', change;
    FOR f IN SELECT * FROM verify() ORDER BY 1, 2 LOOP
        RAISE NOTICE '% %', f.what, format('%s: %s, not %s', f.subject, coalesce(f.kept, 'NULL'), coalesce(f.should_be, 'NULL'));
    END LOOP;
    ROLLBACK;
END $$;
-- Looked at later than its step, the end of its hold or of the credit that covers it asks for, or never; what is looked at in time is not named.
CALL broken('UPDATE invoice SET next_on = NULL');
CALL broken('UPDATE invoice SET next_on = next_on + 1');
CALL broken('UPDATE invoice SET next_on = ''2024-01-01'' WHERE kind <> ''credit_note''');
SELECT hold(invoice => 'A1', from_on => '2024-02-08', until_on => '2024-02-08') > 0 AS held;
CALL broken('UPDATE invoice SET next_on = NULL');
-- A case that its notices contradict.
CALL broken('UPDATE invoice SET noticed_on = noticed_on - 1 WHERE number = ''B1''');
CALL broken('UPDATE invoice SET noticed_on = NULL WHERE number = ''B1''');
CALL broken('UPDATE invoice SET status = ''overdue'' WHERE number = ''B1''');
CALL advance('2024-02-09');
CALL broken('UPDATE invoice SET status = ''in_collection'' WHERE number = ''A1''');
-- Recalled; and what came into the ledger with its history.
SELECT recall_claim('B1', '2024-02-09') > 0 AS recalled;
CALL broken('UPDATE invoice SET status = ''in_collection'', step = 3, noticed_on = ''2024-02-01'', next_on = NULL WHERE number = ''A5''');
SELECT debiteur.drop_ledger('verify', true);

--
-- Nothing is lost: whatever is done to claims, policies, holds and the calendar, on any day, the next run finds what is due.
--
SELECT debiteur.create_ledger('verify', time_zone => 'UTC', terms => 'net 14');
SELECT set_policy('default', '{due-3 email upcoming,due+7 email reminder,due+14 email final_notice,prev+5bd phone call,prev+7 letter default_notice,prev+15 agency hand_over}') > 0 AS made,
       set_policy('short', '{due+1 email reminder,due+2bd letter final_notice,prev+3bd phone call,prev+7 agency hand_over}', 'by_age', 'invoice', 20, 3, 'following', '{1,2,3,4,5}') > 0 AS made,
       set_policy('wide', '{due-5 email upcoming,due+3 email reminder,due+6 letter final_notice,prev+9 letter default_notice}', 'one_step', 'customer', 40, 2, 'following', minimum_share => 0.1) > 0 AS made;
SELECT count(add_customer('R' || n, 'Random ' || n, policy => (ARRAY['short', 'wide'])[n % 3])) AS customers FROM generate_series(1, 12) n;
\i :days
CREATE TABLE done (n int GENERATED ALWAYS AS IDENTITY, what text, day date, fault text, error text);
CREATE FUNCTION any_of(options text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT options[1 + floor(random() * cardinality(options))::int] $$;
CREATE FUNCTION upto(n int) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT floor(random() * n)::int $$;
CREATE PROCEDURE something(day date) LANGUAGE plpgsql AS $$
DECLARE
    what CONSTANT text := any_of('{invoice,invoice,invoice,pay,on_account,credit,reverse,hold,hold_all,release,shorten,unhold,promise,plan,end_plan,reschedule,holiday,workday,version,
                                   assign,segment,customer,default,migrate,recall,write_off,dispute,resolve,allocate,set_off}');
    payer CONSTANT text := 'R' || 1 + upto(12);
    claim invoice;
    owner text;
    error text;
BEGIN
    SELECT i.* INTO claim FROM invoice i WHERE is_open(i.status) AND i.kind = 'invoice' ORDER BY random() LIMIT 1;
    SELECT c.number INTO owner FROM customer c WHERE c.id = claim.customer_id;
    BEGIN
        CASE what
            WHEN 'invoice' THEN PERFORM issue_invoice(payer, 'X' || nextval('invoice_id_seq'), 1 + upto(200), day - upto(25));
            WHEN 'pay' THEN PERFORM record_payment(owner, CASE WHEN random() < 0.5 THEN claim.open_amount ELSE ceil(claim.open_amount * random()::numeric) END, day, ARRAY[claim.number]);
            WHEN 'on_account' THEN PERFORM record_payment(payer, 1 + upto(100), day, '{}');
            WHEN 'credit' THEN PERFORM issue_credit_note(owner, 'N' || nextval('invoice_id_seq'), 1 + upto(100), CASE WHEN random() < 0.5 THEN claim.number END, day);
            WHEN 'reverse' THEN PERFORM reverse_payment((SELECT p.id FROM payment p WHERE p.reversed_on IS NULL ORDER BY random() LIMIT 1), day);
            WHEN 'hold' THEN PERFORM hold(invoice => claim.number, kind => any_of('{manual,legal}'), from_on => day, until_on => CASE WHEN random() < 0.8 THEN day + upto(15) END,
                                          amount => CASE WHEN random() < 0.4 THEN ceil(claim.open_amount / 2) END);
            WHEN 'hold_all' THEN PERFORM hold(customer => payer, from_on => day + upto(5), until_on => day + 5 + upto(9));
            WHEN 'release' THEN PERFORM release((SELECT h.id FROM hold h WHERE h.during @> day AND h.plan_id IS NULL ORDER BY random() LIMIT 1), day);
            WHEN 'shorten' THEN UPDATE hold h SET during = daterange(lower(h.during), day + 1)
                                 WHERE h.id = (SELECT o.id FROM hold o WHERE o.during @> day AND o.kind IN ('manual', 'legal') ORDER BY random() LIMIT 1);
            WHEN 'unhold' THEN DELETE FROM hold h WHERE h.id = (SELECT o.id FROM hold o WHERE o.kind IN ('manual', 'legal') ORDER BY random() LIMIT 1);
            WHEN 'promise' THEN PERFORM promise(day + upto(10), invoices => ARRAY[claim.number], from_on => day, amount => CASE WHEN random() < 0.5 THEN ceil(claim.open_amount / 3) END);
            WHEN 'plan' THEN PERFORM agree_plan(instalment_dates(day + 1 + upto(9), 3, '9 days'), invoices => ARRAY[claim.number], from_on => day, broken_after_days => upto(9));
            WHEN 'end_plan' THEN PERFORM cancel_plan((SELECT p.plan FROM plans(day) p ORDER BY random() LIMIT 1), day);
            WHEN 'reschedule' THEN PERFORM reschedule(claim.number, greatest(claim.issued_on, day + upto(30) - 15), posted_on => day);
            WHEN 'holiday' THEN PERFORM add_holiday(day + upto(20), 'Feast');
            WHEN 'workday' THEN PERFORM remove_holiday((SELECT h.day FROM holiday h ORDER BY random() LIMIT 1));
            WHEN 'version' THEN PERFORM set_policy('short', any_of('{"{due+1 email reminder,due+2bd letter final_notice,prev+3bd phone call,prev+7 agency hand_over}","{due+0 email reminder,due+4 letter final_notice,prev+2 phone call}"}')::dunning_step[],
                                                   'by_age', 'invoice', upto(3) * 20, upto(4));
            WHEN 'assign' THEN PERFORM assign_policy(any_of('{short,wide,default}'), customer => payer);
            WHEN 'segment' THEN PERFORM assign_policy(any_of('{short,wide}'), segment => 'small'); UPDATE customer c SET segment = any_of('{small,NULL}') WHERE c.number = payer;
            WHEN 'customer' THEN UPDATE customer c SET policy = any_of('{short,wide,NULL}') WHERE c.number = payer;
            WHEN 'default' THEN UPDATE settings SET policy = any_of('{default,wide}');
            WHEN 'migrate' THEN PERFORM migrate_policy(any_of('{short,wide,default}'));
            WHEN 'recall' THEN PERFORM recall_claim((SELECT i.number FROM invoice i WHERE i.status = 'in_collection' ORDER BY random() LIMIT 1), day, restart => random() < 0.5);
            WHEN 'write_off' THEN PERFORM write_off(claim.number, ceil(claim.open_amount / 4), day);
            WHEN 'dispute' THEN PERFORM dispute(claim.number, 'price', CASE WHEN random() < 0.5 THEN ceil(claim.open_amount / 2) END, from_on => day, until_on => CASE WHEN random() < 0.5 THEN day + 9 END);
            WHEN 'resolve' THEN PERFORM resolve_dispute((SELECT d.hold_id FROM dispute d WHERE d.outcome IS NULL ORDER BY random() LIMIT 1), 'rejected', resolved_on => day);
            WHEN 'allocate' THEN PERFORM allocate((SELECT p.id FROM payment p WHERE p.unallocated > 0 ORDER BY random() LIMIT 1), posted_on => day);
            WHEN 'set_off' THEN PERFORM apply_credit(n.number, i.number, posted_on => day)
                                   FROM invoice n JOIN invoice i ON i.customer_id = n.customer_id AND i.open_amount > 0 WHERE n.open_amount < 0 ORDER BY random() LIMIT 1;
        END CASE;
    EXCEPTION WHEN OTHERS THEN
        error := SQLSTATE;
    END;
    INSERT INTO done (what, day, fault, error) VALUES (what, day, (SELECT string_agg(concat_ws(' ', v.what, v.subject, v.kept, v.should_be), '; ') FROM verify() v), error);
END $$;
SELECT setseed(0.375);
DO $$ BEGIN
    FOR n IN 0 .. 59 LOOP
        FOR k IN 1 .. 8 LOOP CALL verify.something(date '2024-03-01' + n); END LOOP;
        -- On some days nobody runs it.
        IF random() < 0.8 THEN
            CALL verify.days(date '2024-03-01' + n, date '2024-03-01' + n);
            INSERT INTO verify.done (what, day, fault) SELECT 'run', date '2024-03-01' + n, string_agg(concat_ws(' ', v.what, v.subject, v.kept, v.should_be), '; ') FROM verify.verify() v;
        END IF;
    END LOOP;
END $$;
SELECT count(*) > 100 AS notices, count(DISTINCT action) AS actions FROM notice;
SELECT count(DISTINCT what) AS whats, string_agg(DISTINCT error, ' ') AS errors FROM done;
SELECT what FROM done GROUP BY 1 HAVING count(*) FILTER (WHERE error IS NULL) = 0;
SELECT * FROM done WHERE fault IS NOT NULL ORDER BY n LIMIT 3;
SELECT debiteur.drop_ledger('verify', true);
