--
-- dunning_credits: what credit notes and money on account take off the amounts that notices ask for
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('dunning_credits', time_zone => 'UTC');
SET search_path = dunning_credits, debiteur;
CREATE VIEW sent AS
SELECT c.number AS customer, n.issued_on, n.step, n.currency, n.amount,
       (SELECT string_agg(format('%s%s %s', l.number, CASE WHEN l.taken THEN '' ELSE '*' END, l.asked), ', ' ORDER BY l.number) FROM notice_line l WHERE l.notice_id = n.id) AS lines
  FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY n.issued_on, n.id;
SELECT set_policy('default', '{due+10 email reminder,due+20 email final_notice,due+30 letter default_notice,due+40 agency hand_over}', 'by_age') > 0 AS made;

-- By hand, after the example in SAP note 18127: the most severe step possible is 4, and 160 is on account.
--   step 4: 100, covered, 60 left; step 3: 50, covered, 10 left; step 2: 120 and 80, the older one is covered for 10; step 1: 60.
-- So nothing is handed over: the most severe notice is of step 2, over 190.
SELECT add_customer('A', 'A') > 0 AS customer, record_payment('A', 160, '2024-05-01', '{}') > 0 AS on_account;
SELECT count(issue_invoice('A', n, a, '2024-01-01', d)) AS invoices
  FROM (VALUES ('A4', 100, '2024-04-20'::date), ('A3', 50, '2024-05-01'), ('A2', 120, '2024-05-10'), ('A2b', 80, '2024-05-11'), ('A1', 60, '2024-05-20'), ('A0', 7, '2024-05-29')) v(n, a, d);
SELECT invoice, step, taken, reasons, open_amount, credit, asked, net FROM decide('2024-05-31') ORDER BY due_on;
SELECT i, e.* FROM unnest('{A4,A3,A2,A1,A0}'::text[]) i, explain(i, '2024-05-31') e;
CALL advance('2024-05-31');
SELECT * FROM sent;
SELECT skipped FROM run WHERE as_of = '2024-05-31';
-- The money is allocated to the oldest: what was asked changes hands, the sum stays.
SELECT allocate((SELECT max(id) FROM payment), 'A4') > 0 AS paid, allocate((SELECT max(id) FROM payment), 'A3') > 0 AS paid_too, allocate((SELECT max(id) FROM payment), 'A2') > 0 AS paid_in_part;
SELECT invoice, step, taken, reasons, open_amount, credit, asked, net FROM decide('2024-06-01') ORDER BY due_on;

-- A credit note of an invoice follows it, whatever is more severe; of one of another invoice the rest counts for all.
SELECT add_customer('R', 'R') > 0 AS customer, issue_invoice('R', 'R3', 100, '2024-01-01', '2024-04-30') > 0 AS severe, issue_invoice('R', 'R1', 50, '2024-01-01', '2024-05-20') > 0 AS mild;
SELECT record_payment('R', 50, '2024-05-21', '{R1}') AS payment \gset
SELECT issue_credit_note('R', 'RC', 20, 'R1', '2024-05-25') > 0 AS credit_note, reverse_payment(:payment, '2024-05-26', 'charged back') > 0 AS reversed;
SELECT invoice, step, taken, open_amount, credit, asked, net FROM decide('2024-05-31', ARRAY[(SELECT id FROM customer WHERE number = 'R')]) ORDER BY 1;
SELECT issue_credit_note('R', 'RD', 30, 'R1', '2024-05-27') > 0 AS set_off_at_once;
SELECT invoice, step, taken, open_amount, credit, asked, net FROM decide('2024-05-31', ARRAY[(SELECT id FROM customer WHERE number = 'R')]) ORDER BY 1;
SELECT record_payment('R', 15, '2024-05-28', '{R1}') > 0 AS paid_in_part;
SELECT invoice, step, taken, reasons, open_amount, credit, asked, net FROM decide('2024-05-31', ARRAY[(SELECT id FROM customer WHERE number = 'R')]) ORDER BY 1;

-- What is listed beside is reduced too, and what is covered is not listed; what was handed over takes no credit; currencies and days apart.
SELECT add_customer('L', 'L') > 0 AS customer, issue_invoice('L', 'L3', 100, '2024-01-01', '2024-05-01') > 0 AS severe, issue_invoice('L', 'L1', 50, '2024-01-01', '2024-05-30') > 0 AS mild,
       issue_invoice('L', 'L1u', 50, '2024-01-01', '2024-05-30', 'USD') > 0 AS usd;
CALL advance('2024-06-01');
SELECT record_payment('L', 70, '2024-06-08', '{}') > 0 AS on_account, issue_credit_note('L', 'LC', 5, issued_on => '2024-06-09') > 0 AS unrelated, record_payment('L', 40, '2024-06-10', '{}', currency => 'USD') > 0 AS usd;
CALL advance('2024-06-09');
SELECT invoice, looked_at, taken, reasons, credit, asked FROM decide('2024-06-09', ARRAY[(SELECT id FROM customer WHERE number = 'L')]) ORDER BY 1;
CALL advance('2024-06-10');
SELECT * FROM sent WHERE customer = 'L' AND issued_on > '2024-06-01';
SELECT record_payment('L', 75, '2024-06-11', '{}') > 0 AS all_covered;
CALL advance('2024-06-11');
SELECT * FROM explain('L3', '2024-06-11');
CALL advance('2024-06-19');
SELECT * FROM sent WHERE customer = 'L' AND issued_on > '2024-06-10';

-- A notice before the due date: credits cover what is overdue first.
SELECT set_policy('announce', '{due-5 email upcoming,due+3 email reminder}') > 0 AS made, add_customer('U', 'U', policy => 'announce') > 0 AS customer, record_payment('U', 30, '2024-06-01', '{}') > 0 AS on_account,
       issue_invoice('U', 'U1', 20, '2024-06-01', '2024-07-05') > 0 AS upcoming, issue_invoice('U', 'U2', 25, '2024-06-01', '2024-06-30') > 0 AS overdue;
SELECT invoice, step, taken, reasons, credit, asked, net FROM decide('2024-07-03', ARRAY[(SELECT id FROM customer WHERE number = 'U')]) ORDER BY 1;

-- Claims, credits, holds and minimums at random, day after day, against an obvious loop. (Where claims fall back is in minimums and reference.)
SELECT set_policy('share', '{due+3 email reminder,due+10 email final_notice,prev+5 letter default_notice,prev+20 agency hand_over}', step_minimums => '{0,60,30,100}', minimum_share => 0.2) > 0 AS made,
       set_policy('age', '{due+3 email reminder,due+10 email final_notice,prev+5 letter default_notice,prev+20 agency hand_over}', 'by_age', minimum_amount => 10) > 0 AS made_by_age,
       set_policy('each', '{due-2 email upcoming,due+3 email reminder,due+10 email final_notice}', grouped_by => 'invoice', minimum_amount => 15, step_minimums => '{0,40,20}', minimum_share => 0.1) > 0 AS made_too;
SELECT setseed(0.4) IS NULL AS seeded;
SELECT count(add_customer('Z' || n, 'Z' || n, policy => (ARRAY['announce', 'share', 'each', 'default', 'age'])[1 + n % 5])) AS customers FROM generate_series(1, 40) n;
CREATE TEMPORARY TABLE new_claim AS
SELECT n, 'Z' || 1 + floor(random() * 40)::int AS customer, round((5 + random() * 95)::numeric, 2) AS amount, '2024-07-20'::date + floor(random() * 90)::int AS due, CASE WHEN random() < 0.2 THEN 'USD' ELSE 'EUR' END AS currency
  FROM generate_series(1, 300) n;
SELECT count(issue_invoice(customer, 'Z-' || n, amount, '2024-07-01', due, currency)) AS invoices FROM new_claim;
-- Some have open credit notes of their own: paid, credited, and the payment taken back.
CREATE TEMPORARY TABLE paid AS SELECT i.number, i.customer, i.amount, record_payment(i.customer, i.amount, '2024-07-02', ARRAY[i.number]) AS payment FROM (SELECT 'Z-' || n AS number, * FROM new_claim WHERE currency = 'EUR' AND n % 6 = 0) i;
SELECT count(issue_credit_note(customer, 'ZR' || number, round(amount * (0.2 + random()::numeric), 2), number, '2024-07-03')) AS related, count(reverse_payment(payment, '2024-07-04')) AS reversed FROM paid;
SELECT count(issue_credit_note('Z' || 1 + floor(random() * 40)::int, 'ZU' || n, round((1 + random() * 80)::numeric, 2), issued_on => '2024-07-05'::date + floor(random() * 90)::int, currency => CASE WHEN random() < 0.3 THEN 'USD' ELSE 'EUR' END)) AS unrelated FROM generate_series(1, 30) n;
SELECT count(record_payment('Z' || 1 + floor(random() * 40)::int, round((1 + random() * 120)::numeric, 2), '2024-07-05'::date + floor(random() * 90)::int, '{}', currency => CASE WHEN random() < 0.3 THEN 'USD' ELSE 'EUR' END)) AS on_account FROM generate_series(1, 40) n;
SELECT count(hold(invoice => 'Z-' || n, from_on => '2024-08-01'::date + n % 40, until_on => '2024-08-20'::date + n % 40, amount => CASE WHEN n % 2 = 0 THEN 1 + n % 4 END)) AS holds FROM new_claim WHERE n % 9 = 0;
CREATE TABLE pile (id bigint, late boolean, severity int, due date, ask numeric, may boolean);
-- Slowly: one customer and currency after the other, one claim after the other.
CREATE FUNCTION slow(day date) RETURNS TABLE (invoice_id bigint, asked numeric, net numeric, total numeric) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    account record;
    claim record;
    pool numeric;
    own numeric;
    held_amount numeric;
    reached int;
    overdue numeric;
    upcoming numeric;
    credits numeric;
BEGIN
    FOR account IN SELECT DISTINCT i.customer_id, i.currency FROM invoice i LOOP
        DELETE FROM dunning_credits.pile;
        pool := coalesce((SELECT sum(m.unallocated) FROM payment m WHERE m.customer_id = account.customer_id AND m.currency = account.currency AND m.received_on <= day), 0)
              + coalesce((SELECT - sum(i.open_amount) FROM invoice i WHERE i.customer_id = account.customer_id AND i.currency = account.currency AND i.kind = 'credit_note' AND i.issued_on <= day), 0);
        FOR claim IN SELECT i.*, p.steps, p.catch_up, p.convention, p.send_days FROM invoice i JOIN customer_policy a ON a.customer_id = i.customer_id JOIN policy p ON p.id = coalesce(i.policy_id, a.policy_id)
                      WHERE i.customer_id = account.customer_id AND i.currency = account.currency AND i.kind <> 'credit_note' AND i.open_amount > 0 AND i.issued_on <= day AND is_open(i.status) LOOP
            own := least(claim.open_amount, coalesce((SELECT - sum(n.open_amount) FROM invoice n WHERE n.related_id = claim.id AND n.kind = 'credit_note' AND n.issued_on <= day), 0));
            pool := pool - own;
            held_amount := coalesce((SELECT sum(coalesce(h.amount, claim.open_amount)) FROM hold h WHERE h.invoice_id = claim.id AND h.during @> day), 0);
            reached := next_step(claim.steps, claim.step, claim.due_on, claim.issued_on, claim.noticed_on, day, claim.catch_up = 'by_age', '{}', claim.convention);
            INSERT INTO pile VALUES (claim.id, claim.due_on < day, coalesce(reached, claim.step), claim.due_on, greatest(claim.open_amount - least(held_amount, claim.open_amount) - own, 0),
                                     claim.status <> 'in_collection' AND (claim.due_on < day OR reached IS NOT NULL));
        END LOOP;
        credits := greatest(pool, 0);
        pool := credits;
        SELECT coalesce(sum(ask) FILTER (WHERE late), 0), coalesce(sum(ask) FILTER (WHERE NOT late), 0) INTO overdue, upcoming FROM pile WHERE may;
        total := (SELECT sum(i.open_amount) FROM invoice i WHERE i.customer_id = account.customer_id AND i.currency = account.currency AND i.kind <> 'credit_note' AND i.issued_on <= day AND is_open(i.status));
        FOR claim IN SELECT * FROM pile ORDER BY late DESC, severity DESC, due, id LOOP
            own := CASE WHEN claim.may THEN least(claim.ask, pool) ELSE 0 END;
            pool := pool - own;
            invoice_id := claim.id;
            asked := claim.ask - own;
            net := overdue + CASE WHEN claim.late THEN 0 ELSE upcoming END - credits;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $$;
CREATE TABLE fault (day date, what text, claim bigint, got text, wanted text);
CREATE TABLE seen (reason text, n bigint);
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
DECLARE
    progress jsonb;
BEGIN
    FOR n IN 0 .. until_on - from_on LOOP
        CREATE TEMPORARY TABLE d AS SELECT x.*, s.asked AS slow_asked, s.net AS slow_net, s.total AS slow_total FROM dunning_credits.decide(from_on + n) x LEFT JOIN dunning_credits.slow(from_on + n) s USING (invoice_id);
        INSERT INTO dunning_credits.fault SELECT from_on + n, 'asked', invoice_id, asked, slow_asked FROM d WHERE asked IS DISTINCT FROM slow_asked;
        INSERT INTO dunning_credits.fault SELECT from_on + n, 'net', invoice_id, net, slow_net FROM d WHERE looked_at AND net IS DISTINCT FROM slow_net;
        -- The reasons of credits and minimums, of what no other reason keeps from its step.
        INSERT INTO dunning_credits.fault
        SELECT from_on + n, 'reason', r.invoice_id, r.reasons[1], r.wanted
          FROM (SELECT d.invoice_id, d.reasons,
                       CASE WHEN d.asked = 0 THEN 'net_credit'
                            WHEN CASE d.grouped_by WHEN 'invoice' THEN d.asked ELSE d.net END < p.minimum_amount AND d.currency = 'EUR' THEN 'below_minimum'
                            WHEN g.amount < p.step_minimums[d.step] AND d.currency = 'EUR' THEN 'below_minimum'
                            WHEN g.amount < p.minimum_share * d.slow_total THEN 'below_share' END AS wanted
                  FROM d JOIN dunning_credits.policy p ON p.id = d.policy_id
                 CROSS JOIN LATERAL (SELECT sum(o.asked) AS amount FROM d o
                                      WHERE o.looked_at AND o.step = d.step AND o.customer_id = d.customer_id AND o.currency = d.currency AND o.policy_id = d.policy_id AND o.asked > 0
                                        AND NOT o.reasons && '{no_policy,in_collection,no_step_left,not_due,hold,min_interval,not_sending_day}'
                                        AND CASE o.grouped_by WHEN 'invoice' THEN o.invoice_id = d.invoice_id ELSE o.net >= p.minimum_amount OR o.currency <> 'EUR' END) g
                 WHERE d.looked_at AND NOT d.reasons && '{no_policy,in_collection,no_step_left,not_due,hold,min_interval,not_sending_day}') r
         WHERE r.reasons[1] IS DISTINCT FROM r.wanted;
        INSERT INTO dunning_credits.seen SELECT coalesce(reasons[1], 'taken'), count(*) FROM d GROUP BY 1;
        DROP TABLE d;
        progress := NULL;
        LOOP
            progress := dunning_credits.advance_batch(from_on + n, progress, 50);
            EXIT WHEN progress IS NULL;
        END LOOP;
    END LOOP;
END $$;
CALL days('2024-07-20', '2024-10-10');
SELECT reason, sum(n) > 0 AS seen FROM seen GROUP BY 1 ORDER BY 1;
SELECT what, count(*), min(day) AS first, min(claim) AS claim, min(got) AS got, min(wanted) AS wanted FROM fault GROUP BY 1;
SELECT count(*) > 100 AS notices, count(*) FILTER (WHERE amount <= 0) AS empty FROM notice;
SELECT count(*) FILTER (WHERE asked <= 0 OR asked > open_amount) AS wrong, count(*) FILTER (WHERE asked < open_amount) > 20 AS reduced FROM notice_line;
SELECT * FROM verify();

RESET search_path;
SELECT debiteur.drop_ledger('dunning_credits', true);
