--
-- plan: instalments, what breaks a plan, and what goes on by itself
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('plan', time_zone => 'UTC');
SET search_path = plan, debiteur;
CREATE VIEW sent AS
SELECT c.number AS customer, n.issued_on, n.step, n.action, n.amount, n.instalment FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY n.issued_on, n.id;
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
BEGIN FOR n IN 0 .. until_on - from_on LOOP CALL plan.advance(from_on + n); END LOOP; END $$;
SELECT set_policy('default', '{due+7 email reminder,due+14 email final_notice,due+21 letter default_notice}') > 0 AS made;

-- Dates and parts.
SELECT instalment_dates('2024-01-31', 4), instalment_dates('2024-01-31', 3, '2 weeks'), instalment_dates('2024-01-31', 1);
SELECT instalment_dates('2024-01-31', 0);
SELECT instalment_dates(NULL, 2);

SELECT add_customer(c, c) > 0 AS added FROM unnest('{pays,breaks,late,early,credit,back,other,revise,cancel,stop,small,yen}'::text[]) c;
SELECT count(issue_invoice(c, c || '-' || n, 500, '2024-01-01', '2024-01-31')) AS issued FROM unnest('{pays,breaks,late,early,credit,back,other,revise,cancel,stop}'::text[]) c, generate_series(1, 2) n;
SELECT issue_invoice('small', 'small-1', 100, '2024-01-01', '2024-01-31') > 0 AS small, issue_invoice('yen', 'yen-1', 1001, '2024-01-01', '2024-01-31', currency => 'JPY') > 0 AS yen;
SELECT agree_plan(instalment_dates('2024-03-01', 3), 'small', from_on => '2024-02-10') AS small, agree_plan(instalment_dates('2024-03-01', 3), 'yen', from_on => '2024-02-10', currency => 'JPY') AS yen \gset
SELECT plan_id = :yen AS yen, number, due_on, amount FROM instalment ORDER BY plan_id, number;

-- Held while it is paid; announced before, asked for after, each once; fulfilled.
SELECT agree_plan('{2024-03-01,2024-04-01}', c, amounts => '{400,600}', from_on => '2024-02-10', note => 'by phone') AS id, c FROM unnest('{pays,breaks,late,early,credit,back,revise,cancel,stop}'::text[]) c;
SELECT * FROM plans('2024-02-10') WHERE customer = 'pays';
CALL days('2024-02-01', '2024-02-19');
SELECT cancel_plan(plan, '2024-02-20') > 0 AS cancelled FROM plans('2024-02-19') WHERE customer = 'stop';
CALL days('2024-02-20', '2024-02-27');
SELECT * FROM sent WHERE customer = 'stop';
SELECT record_payment('pays', 400, '2024-02-29') > 0 AS in_time, record_payment('early', 700, '2024-02-20') > 0 AS early, record_payment('late', 399.99, '2024-03-01') > 0 AS a_cent_short;
CALL days('2024-02-28', '2024-03-06');
SELECT record_payment('pays', 600, '2024-03-31') > 0 AS in_time, record_payment('late', 0.01, '2024-03-07') > 0 AS too_late;
SELECT customer, came_in, open_amount, broken_on, status FROM plans('2024-03-06') ORDER BY 1;
SELECT customer, came_in, open_amount, broken_on, status FROM plans('2024-03-07') ORDER BY 1;
SELECT customer, number, due_on, i.amount, paid, i.open_amount, i.status FROM instalments('2024-03-06') i JOIN plans('2024-03-06') p ON p.plan = i.plan_id WHERE customer IN ('pays', 'early', 'late', 'breaks') ORDER BY 1, 2;
SELECT * FROM explain('early-2', '2024-03-05');
SELECT * FROM explain('breaks-1', '2024-03-06');
SELECT * FROM explain('breaks-1', '2024-03-07');
CALL days('2024-03-07', '2024-04-10');
-- The first one paid; the second was never dunned either; the others are, from the day on which the plan broke, at the step where they were.
SELECT * FROM sent WHERE customer IN ('pays', 'early', 'breaks', 'late') AND issued_on >= '2024-02-10' ORDER BY customer COLLATE "C", issued_on;
SELECT customer, status FROM plans('2024-04-10') WHERE customer IN ('pays', 'early', 'breaks', 'late') ORDER BY 1;
SELECT payload - '{name,email,phone,address,country,language}'::text[] FROM outbox WHERE payload->>'action' = 'instalment_late' ORDER BY id LIMIT 1;
CALL advance('2024-04-10');
SELECT count(*) AS twice FROM (SELECT FROM notice WHERE plan_id IS NOT NULL GROUP BY plan_id, instalment, action HAVING count(*) > 1) t;
SELECT sum(notices) = (SELECT count(*) FROM notice) AS notices_counted FROM run;
SELECT confirm_notice(n.id, 'sent') FROM notice n WHERE n.plan_id IS NOT NULL ORDER BY n.id LIMIT 1;
UPDATE notice SET instalment = instalment + 10 WHERE plan_id IS NOT NULL;

-- Posted back to before the day on which it broke, the money mends it; taken back, it breaks.
SELECT record_payment('back', 400, '2024-03-05') AS back \gset
SELECT status, broken_on FROM plans('2024-03-20') WHERE customer = 'back';
SELECT during FROM hold JOIN customer c ON c.id = customer_id WHERE c.number = 'back';
SELECT reverse_payment(:back, '2024-03-15') > 0 AS reversed;
SELECT status, broken_on FROM plans('2024-03-20') WHERE customer = 'back';
SELECT DISTINCT during FROM hold JOIN customer c ON c.id = customer_id WHERE c.number = 'back';
SELECT count(*) AS woken FROM invoice WHERE number LIKE 'back-%' AND next_on <= '2024-03-16';
-- Credits take from the last instalments.
SELECT issue_credit_note('credit', 'N1', 400, 'credit-1', '2024-03-01') > 0 AS credited, record_payment('credit', 400, '2024-03-02') > 0 AS paid;
SELECT number, amount, paid, open_amount, status FROM instalments('2024-03-10', (SELECT plan FROM plans('2024-03-10') WHERE customer = 'credit'));
SELECT came_in, open_amount, status FROM plans('2024-03-31') WHERE customer = 'credit';

-- Revised after it broke, and once more on the same day; the rest of the claims by other dates.
SELECT plan AS revised FROM plans('2024-03-20') WHERE customer = 'revise' \gset
SELECT record_payment('revise', 100, '2024-03-10') > 0 AS paid;
SELECT revise_plan(:revised, '{2024-05-01,2024-06-01,2024-07-01}', from_on => '2024-04-12') AS second \gset
SELECT revise_plan(:second, '{2024-05-15,2024-06-15}', '{450,450}', '2024-04-12', 'needs more time') AS third \gset
SELECT plan = :second AS second, plan = :third AS third, amount, agreed_on, broken_on, status, note FROM plans('2024-04-12') WHERE customer = 'revise' ORDER BY plan;
SELECT plan_id = :revised AS first, plan_id = :second AS second, during, received FROM hold WHERE plan_id IN (:revised, :second, :third) ORDER BY id;
SELECT revise_plan(:second, '{2024-05-15}');
SELECT revise_plan(:third, '{2024-05-15}', from_on => '2024-04-11');
SELECT revise_plan(0, '{2024-05-15}');
-- Cancelled: dunned again from that day on.
SELECT plan AS cancelled FROM plans('2024-03-20') WHERE customer = 'cancel' \gset
SELECT agree_plan('{2024-06-01}', 'cancel', from_on => '2024-03-01');
SELECT agree_plan('{2024-06-01}', 'cancel', from_on => '2024-04-12') AS again \gset
SELECT plan = :again AS new, agreed_on, broken_on, status FROM plans('2024-04-12') WHERE customer = 'cancel' ORDER BY plan;
CALL days('2024-04-11', '2024-04-20');
SELECT cancel_plan(:again, '2024-04-21', 'moved away') = :again AS cancelled;
SELECT cancel_plan(:again, '2024-04-22');
SELECT cancel_plan(0);
SELECT release(h.id) FROM hold h WHERE h.plan_id = :again LIMIT 1;
SELECT count(*) AS notes FROM hold_note n JOIN hold h ON h.id = n.hold_id WHERE h.plan_id = :again;
CALL days('2024-04-21', '2024-04-22');
SELECT plan = :again AS again, status FROM plans('2024-04-21') WHERE customer = 'cancel' ORDER BY plan;
SELECT status FROM plans('2024-04-20') WHERE plan = :again;
-- Agreed and cancelled on one day: it never held.
SELECT agree_plan('{2024-06-01}', invoices => '{other-1}', from_on => '2024-04-25') AS never \gset
SELECT cancel_plan(:never, '2024-04-25') = :never AS cancelled;
SELECT during FROM hold WHERE plan_id = :never;
-- Claims that a plan does not cover are dunned, and listed; from the day on which it breaks the others are too.
SELECT count(issue_invoice('other', 'other-' || n, n, '2024-05-01', '2024-05-20')) AS issued FROM generate_series(3, 4) n;
SELECT agree_plan('{2024-06-01}', invoices => '{other-3}', from_on => '2024-05-10', remind_before => NULL, remind_after => NULL, broken_after_days => 0) AS other \gset
CALL days('2024-05-10', '2024-06-03');
SELECT remind_on FROM instalment WHERE plan_id = :other;
SELECT n.issued_on, n.action, l.number, l.taken, l.asked FROM notice n JOIN notice_line l ON l.notice_id = n.id WHERE l.number IN ('other-3', 'other-4') ORDER BY n.id, l.number;
-- The last day on which it is in time, and the day on which it breaks.
SELECT as_of, status FROM (VALUES (date '2024-06-01'), ('2024-06-02')) d(as_of), plans(as_of) p WHERE plan = :other ORDER BY 1;

-- Advanced a week late: announced all the same while there is time, asked for while the plan holds.
SELECT add_customer('missed', 'Missed') > 0 AS added, issue_invoice('missed', 'M1', 300, '2024-06-01', '2024-07-31') > 0 AS issued;
SELECT agree_plan('{2024-07-01,2024-07-10,2024-07-20}', 'missed', from_on => '2024-06-10', remind_before => 10, remind_after => 2, broken_after_days => 20) AS missed \gset
CALL advance('2024-06-30');
CALL advance('2024-07-02');
CALL advance('2024-07-09');
CALL advance('2024-07-25');
SELECT issued_on, action, amount, instalment FROM sent WHERE customer = 'missed';
-- Several at a time, in batches of one.
SELECT count(agree_plan('{2024-08-01}', c, from_on => '2024-07-25')) AS plans FROM unnest('{early,late,back}'::text[]) c;
CALL advance('2024-07-29', 1);
SELECT customer, action FROM sent WHERE issued_on = '2024-07-29' AND instalment IS NOT NULL;

-- What is refused.
SELECT agree_plan('{2024-09-01}', 'other', amounts => '{499.99}', from_on => '2024-08-01');
SELECT agree_plan('{2024-09-01,2024-10-01}', 'other', amounts => '{1000}', from_on => '2024-08-01');
SELECT agree_plan('{2024-09-01,2024-09-01}', 'other', from_on => '2024-08-01');
SELECT agree_plan('{2024-07-01}', 'other', from_on => '2024-08-01');
SELECT agree_plan('{}', 'other', from_on => '2024-08-01');
SELECT agree_plan('{2024-09-01,NULL}', 'other', from_on => '2024-08-01');
SELECT agree_plan('{infinity}', 'other', from_on => '2024-08-01');
SELECT agree_plan('{2024-09-01,2024-10-01}', 'other', amounts => '{1001,-1}', from_on => '2024-08-01');
SELECT agree_plan('{2024-09-01,2024-10-01}', 'other', amounts => '{1000,NULL}', from_on => '2024-08-01');
SELECT agree_plan('{2024-09-01}', 'other', from_on => '2024-08-01', channel => 'pigeon');
SELECT agree_plan('{2024-09-01}', 'other', from_on => '2024-08-01', broken_after_days => -1);
SELECT agree_plan('{2024-09-01}', 'other', from_on => '2024-08-01', remind_before => 0);
SELECT agree_plan('{2024-09-01}', invoices => '{other-1,missed-1}', from_on => '2024-08-01');
SELECT agree_plan('{2024-09-01}', 'pays', from_on => '2024-08-01');
SELECT agree_plan('{2024-09-01}', from_on => '2024-08-01');
SELECT add_customer('cents', 'Cents') > 0 AS added, issue_invoice('cents', 'cents-1', 0.02, '2024-06-01') > 0 AS issued;
SELECT agree_plan(instalment_dates('2024-09-01', 3), 'cents', from_on => '2024-08-01');
-- verify() finds days that don't follow the postings.
SELECT count(*) AS verified FROM verify();
UPDATE hold SET during = '[2024-06-10,2024-12-31)' WHERE plan_id = :missed;
SELECT what, kept, should_be FROM verify();

RESET search_path;
SELECT debiteur.drop_ledger('plan', true);
