--
-- reschedule: another due date, from its day on and not before
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('reschedule', time_zone => 'UTC');
SET search_path = reschedule, debiteur;
SELECT add_customer('C1', 'First'), add_customer('C2', 'Second');
-- The ledger's aging on some days, with what aging_by_customer() and open_items() say of them; not due, 1-30, 31-60, more.
CREATE FUNCTION aged(VARIADIC days date[]) RETURNS TABLE (as_of date, not_due numeric, days_1_30 numeric, days_31_60 numeric, more numeric, items numeric, overdue numeric, by_customer text, by_claim text)
LANGUAGE sql SET search_path = reschedule, debiteur, pg_catalog AS $$
    SELECT d, (b.amounts)[1], (b.amounts)[2], (b.amounts)[3], (b.amounts)[4] + (b.amounts)[5], b.items, (SELECT k.closing_overdue FROM kpi(d, d) k),
           (SELECT CASE WHEN array_remove(ARRAY[sum(c.not_due), sum(c.days_1_30), sum(c.days_31_60), sum(c.days_61_90), sum(c.days_over_90)], NULL) = coalesce(b.amounts, '{}') THEN 'same' ELSE 'other' END FROM aging_by_customer(d) c),
           (SELECT string_agg(o.number || ' ' || o.due_on || ' ' || o.open_amount, ', ' ORDER BY o.number) FROM open_items(d) o)
      FROM unnest(days) WITH ORDINALITY AS n(d, place)
     CROSS JOIN LATERAL (SELECT array_agg(g.amount ORDER BY g.bucket) AS amounts, sum(g.invoices) AS items FROM aging(d) g) b
     ORDER BY n.place $$;

-- Later: what is open is not due from that day on; before, all stays as it was.
SELECT issue_invoice('C1', 'A', 100, '2024-01-01', '2024-01-31') > 0 AS issued;
SELECT * FROM aged('2024-01-31', '2024-02-01', '2024-02-09', '2024-02-10', '2024-03-15', '2024-03-16');
CREATE TEMPORARY TABLE before AS SELECT * FROM aged('2024-01-31', '2024-02-01', '2024-02-09');
SELECT reschedule('A', '2024-03-15', 'agreed by phone', '2024-02-10') AS first_row;
SELECT * FROM aged('2024-01-31', '2024-02-01', '2024-02-09', '2024-02-10', '2024-03-15', '2024-03-16');
SELECT count(*) AS changed FROM (SELECT * FROM before EXCEPT ALL SELECT * FROM aged('2024-01-31', '2024-02-01', '2024-02-09')) x;
SELECT number, due_on, rescheduled_on, status, next_on FROM invoice;
SELECT id, customer_id, invoice_id, posted_on, due_from, due_to, reason FROM reschedule;
SELECT d, due_as_of(1, d) FROM unnest('{2023-01-01,2024-02-09,2024-02-10,2024-03-15,infinity}'::date[]) d;

-- A payment of before the change, posted after it; and one of its day.
SELECT record_payment('C1', 30, '2024-02-05') AS back_dated \gset
SELECT * FROM aged('2024-02-04', '2024-02-05', '2024-02-09', '2024-02-10', '2024-03-16');
SELECT record_payment('C1', 20, '2024-02-10') AS same_day \gset
SELECT * FROM aged('2024-02-09', '2024-02-10', '2024-03-16');
SELECT * FROM verify();

-- Once more, on the same day; and earlier than it was.
SELECT reschedule('A', '2024-03-31', posted_on => '2024-02-10') > 0 AS same_day;
SELECT reschedule('A', '2024-02-15', 'sooner', posted_on => '2024-03-01') > 0 AS earlier;
SELECT * FROM aged('2024-02-09', '2024-02-10', '2024-02-29', '2024-03-01', '2024-03-17');
SELECT number, due_on, rescheduled_on, status FROM invoice;
SELECT * FROM verify();

-- Settled after it: late by the last date. Taken back across a change: nothing remains of it.
SELECT record_payment('C1', 50, '2024-03-20') AS last \gset
SELECT number, status, closed_on FROM invoice;
SELECT days_to_pay, days_late FROM kpi('2024-03-01', '2024-03-31');
SELECT * FROM aged('2024-03-19', '2024-03-20');
SELECT reverse_payment(:back_dated, '2024-02-20', 'refused') > 0 AS reversed;
SELECT reverse_payment(:last, '2024-04-02', 'refused') > 0 AS reversed;
SELECT * FROM aged('2024-02-09', '2024-02-10', '2024-02-20', '2024-03-01', '2024-03-20', '2024-04-02');
SELECT days_to_pay, days_late FROM kpi('2024-03-01', '2024-04-30');
SELECT number, status, due_on, cycle, next_on FROM invoice;
SELECT * FROM verify();
-- Late by the date in force on the day of the settlement, also of one that is posted after a change and dated before it.
SELECT issue_invoice('C2', 'B', 60, '2024-05-01', '2024-05-10') > 0 AS issued;
SELECT reschedule('B', '2024-05-20', posted_on => '2024-05-08') > 0 AS moved, reschedule('B', '2024-06-30', posted_on => '2024-05-21') > 0 AS moved_again;
SELECT record_payment('C2', 60, '2024-05-22') AS late \gset
SELECT days_late FROM kpi('2024-05-01', '2024-05-31');
SELECT reverse_payment(:late, '2024-05-22') > 0 AS reversed, record_payment('C2', 60, '2024-05-22') > 0 AS paid;
SELECT issue_invoice('C2', 'B2', 60, '2024-05-01', '2024-05-10') > 0 AS issued;
SELECT reschedule('B2', '2024-05-20', posted_on => '2024-05-15') > 0 AS moved;
SELECT record_payment('C2', 60, '2024-05-13') > 0 AS paid_before_it;
SELECT days_late FROM kpi('2024-05-13', '2024-05-13');
SELECT * FROM aged('2024-05-12', '2024-05-13', '2024-05-15', '2024-05-22');
SELECT * FROM verify();
-- Folded, all is the same.
CREATE TEMPORARY TABLE unfolded AS SELECT * FROM generate_series(timestamp '2024-01-01', '2024-06-30', '1 day') d, aged(d::date);
SELECT fold() > 0 AS folded;
SELECT count(*) AS changed FROM (SELECT * FROM unfolded EXCEPT ALL SELECT * FROM generate_series(timestamp '2024-01-01', '2024-06-30', '1 day') d, aged(d::date)) x;
SELECT * FROM verify();

-- Other claims: costs, and a credit note, whose date may lie before its own.
SELECT issue_invoice('C2', 'K', 40, '2024-05-20', kind => 'costs', related => 'B') > 0 AS costs, issue_credit_note('C2', 'N', 15, issued_on => '2024-05-20') > 0 AS credit_note;
SELECT reschedule('K', '2024-07-01', posted_on => '2024-05-25') > 0 AS costs, reschedule('N', '2024-05-01', posted_on => '2024-05-25') > 0 AS credit_note;
SELECT number, due_on, rescheduled_on, status, next_on FROM invoice WHERE number IN ('K', 'N') ORDER BY 1;
SELECT o.* FROM open_items('2024-05-24') o WHERE customer_id = 2 ORDER BY number;
SELECT o.* FROM open_items('2024-05-25') o WHERE customer_id = 2 ORDER BY number;
SELECT * FROM verify();

-- What is refused changes nothing.
SELECT issue_invoice('C2', 'D', 60, '2024-06-01', '2024-06-10') > 0 AS issued;
INSERT INTO invoice (customer_id, number, amount, issued_on, status) VALUES (1, 'draft', 12, '2024-06-01', 'draft');
SELECT reschedule('X', '2024-06-20', posted_on => '2024-06-05');
SELECT reschedule(NULL, '2024-06-20', posted_on => '2024-06-05');
SELECT reschedule('D', NULL, posted_on => '2024-06-05');
SELECT reschedule('D', 'infinity', posted_on => '2024-06-05');
SELECT reschedule('D', '10000-01-01', posted_on => '2024-06-05');
SELECT reschedule('D', '2024-06-20', posted_on => '-infinity');
SELECT reschedule('D', '2024-06-10', posted_on => '2024-06-05');
SELECT reschedule('D', '2024-05-31', posted_on => '2024-06-05');
SELECT reschedule('D', '2024-06-20', posted_on => '2024-05-31');
SELECT reschedule('draft', '2024-06-20', posted_on => '2024-06-05');
SELECT reschedule('B', '2024-06-20', posted_on => '2024-06-05');
SELECT reschedule('A', '2024-06-20', posted_on => '2024-04-01');
SELECT reschedule('K', '2024-06-20', posted_on => '2024-05-24');
SELECT reschedule('K', '2024-06-20', posted_on => '2024-05-25', key => 'once') = reschedule('K', '2024-06-20', posted_on => '2024-05-25', key => 'once') AS once;
SELECT reschedule('K', '2024-06-21', posted_on => '2024-05-25', key => 'once');
SELECT reschedule('D', today() + 30) > 0 AS today_is_the_default;
SELECT posted_on = today() AS today_is_the_default FROM reschedule ORDER BY id DESC LIMIT 1;
SELECT cancel_invoice('D') > 0 AS cancelled;
\set VERBOSITY terse
SELECT reschedule('D', today() + 20);
\set VERBOSITY default

-- Rows that the owner inserts do the same; two of a claim are a chain.
SELECT issue_invoice('C2', 'E', 60, '2024-07-01', '2024-07-10') AS id \gset
INSERT INTO reschedule (invoice_id, posted_on, due_from, due_to) VALUES (:id, '2024-07-05', NULL, '2024-07-20'), (:id, '2024-07-15', '2024-07-20', '2024-07-31');
SELECT customer_id, posted_on, due_from, due_to FROM reschedule WHERE invoice_id = :id ORDER BY id;
SELECT due_on, rescheduled_on FROM invoice WHERE id = :id;
\set VERBOSITY terse
INSERT INTO reschedule (invoice_id, posted_on, due_from, due_to) VALUES (:id, '2024-07-16', '2024-07-10', '2024-08-31');
INSERT INTO reschedule (invoice_id, posted_on, due_to) VALUES (:id, '2024-07-17', '2024-08-31'), (:id, '2024-07-18', '2024-09-30');
INSERT INTO reschedule (invoice_id, posted_on, due_from, due_to) VALUES (:id, '2024-07-17', '2024-07-31', '2024-08-31'), (:id, '2024-07-16', '2024-08-31', '2024-09-30');
INSERT INTO reschedule (invoice_id, customer_id, posted_on, due_to) VALUES (:id, 1, '2024-07-17', '2024-08-31');
INSERT INTO reschedule (invoice_id, posted_on, due_to) VALUES (:id, '2024-07-17', '2024-07-31');
INSERT INTO reschedule (invoice_id, posted_on, due_to) VALUES (:id, '2024-07-17', 'infinity');
INSERT INTO reschedule (invoice_id, posted_on, due_to) VALUES (:id, '2024-07-17', NULL);
INSERT INTO reschedule (invoice_id, posted_on, due_to) VALUES (999, '2024-07-17', '2024-08-31');
INSERT INTO reschedule (id, invoice_id, posted_on, due_to) VALUES (-1, :id, '2024-07-17', '2024-08-31');
INSERT INTO reschedule (id, invoice_id, posted_on, due_from, due_to) VALUES (-2, :id, '2024-07-05', '2024-07-31', '2024-08-01'), (-1, :id, '2024-07-05', '2024-08-01', '2024-07-10');
INSERT INTO reschedule (invoice_id, posted_on, due_to) SELECT :id, '2024-07-17', '2024-08-31' WHERE false;
\set VERBOSITY default
UPDATE reschedule SET due_to = due_to + 1;
DELETE FROM reschedule;
TRUNCATE reschedule;
UPDATE invoice SET due_on = due_on + 1 WHERE number = 'E';
UPDATE invoice SET rescheduled_on = NULL WHERE number = 'E';
UPDATE invoice SET rescheduled_on = '2024-07-01' WHERE number = 'draft';
INSERT INTO invoice (customer_id, number, amount, issued_on, rescheduled_on) VALUES (1, 'X', 12, '2024-06-01', '2024-06-01');
UPDATE invoice SET due_on = due_on + 1 WHERE number = 'draft';
SELECT * FROM verify();

-- verify() finds what was broken on purpose.
BEGIN;
ALTER TABLE invoice DISABLE TRIGGER USER;
UPDATE invoice SET due_on = '2024-08-02', rescheduled_on = '2024-07-14' WHERE number = 'E';
SELECT * FROM verify() WHERE what = 'invoice' ORDER BY subject;
ROLLBACK;
BEGIN;
ALTER TABLE reschedule DISABLE TRIGGER USER;
UPDATE reschedule SET due_to = '2024-07-21' WHERE invoice_id = :id AND due_to = '2024-07-20';
SELECT what, split_part(subject, ':', 2) AS subject, kept, should_be FROM verify() WHERE what = 'reschedule';
SELECT count(*) > 0 AS roll_up_differs FROM verify() WHERE what LIKE 'flow%';
ROLLBACK;

--
-- Dunning.
--
CREATE VIEW sent AS
SELECT l.number, n.issued_on, n.step, n.action, l.due_on FROM notice n JOIN notice_line l ON l.notice_id = n.id WHERE l.taken ORDER BY 1, 2;
\getenv abs_srcdir PG_ABS_SRCDIR
\set days :abs_srcdir '/test/days.sql'
\i :days
SELECT count(hold(c.number, kind => 'manual', from_on => '2020-01-01')) AS others_are_held FROM customer c;
SELECT add_customer('R', 'Rescheduled', policy => NULL);
-- Before its first step, after its second, after the last but one, and brought forward.
SELECT issue_invoice('R', 'R1', 1, '2023-01-01', '2023-01-31'), issue_invoice('R', 'R3', 3, '2023-01-01', '2023-01-31'),
       issue_invoice('R', 'R5', 5, '2023-01-01', '2023-01-31'), issue_invoice('R', 'R7', 7, '2023-01-01', '2023-05-31');
SELECT set_policy('steps', '{due-3 email upcoming,due+7 email reminder,due+14 email final_notice,prev+10 letter default_notice,prev+15 agency hand_over}') > 0 AS made;
UPDATE customer SET policy = 'steps' WHERE number = 'R';
CALL days('2023-01-01', '2023-01-20');
SELECT reschedule('R1', '2023-03-31', posted_on => '2023-01-20') > 0 AS r1, reschedule('R7', '2023-02-28', posted_on => '2023-01-20') > 0 AS r7;
CALL days('2023-01-20', '2023-02-07');
SELECT number, status, step, noticed_on, next_on FROM invoice WHERE number LIKE 'R%' ORDER BY 1;
SELECT reschedule('R3', '2023-03-31', posted_on => '2023-02-07') > 0 AS r3;
SELECT number, status, step, noticed_on, next_on FROM invoice WHERE number = 'R3';
SELECT * FROM explain('R3', '2023-02-08');
CALL days('2023-02-07', '2023-02-24');
SELECT number, status, step, noticed_on, next_on FROM invoice WHERE number LIKE 'R%' ORDER BY 1;
-- On its policy's next step, that counts from the notice before, and on an earlier day than that notice.
SELECT reschedule('R5', '2023-03-15', 'said on the 20th', '2023-02-20') > 0 AS r5;
SELECT * FROM explain('R5', '2023-03-10');
SELECT step, action, step_on FROM decide('2023-03-25', ARRAY[(SELECT id FROM customer WHERE number = 'R')], (SELECT id FROM invoice WHERE number = 'R5'));
CALL days('2023-02-24', '2023-05-31');
SELECT * FROM sent;
SELECT number, status, step, noticed_on, next_on FROM invoice WHERE number LIKE 'R%' ORDER BY 1;
SELECT reschedule('R1', '2023-07-31', posted_on => '2023-06-01');
-- Back and forth: overdue, open, overdue, by the days of the changes.
SELECT issue_invoice('R', 'S', 1, '2023-06-01', '2023-06-10') > 0 AS issued;
CALL days('2023-06-01', '2023-06-12');
SELECT status FROM invoice WHERE number = 'S';
SELECT reschedule('S', '2023-06-12', posted_on => '2023-06-12') > 0 AS due_today;
SELECT status, next_on FROM invoice WHERE number = 'S';
CALL days('2023-06-12', '2023-06-13');
SELECT status, next_on FROM invoice WHERE number = 'S';
SELECT reschedule('S', '2023-06-11', posted_on => '2023-06-13') > 0 AS past;
SELECT status, next_on FROM invoice WHERE number = 'S';
-- A claim that advance has nothing to do with any more is looked at again.
SELECT set_policy('last', '{due+1 email reminder}') > 0 AS made, add_customer('L', 'Last Step', policy => 'last') > 0 AS customer, issue_invoice('L', 'L1', 1, '2023-06-01', '2023-06-10') > 0 AS issued;
CALL days('2023-06-13', '2023-06-14');
SELECT status, step, next_on FROM invoice WHERE number = 'L1';
SELECT reschedule('L1', '2023-06-20', posted_on => '2023-06-14') > 0 AS moved;
CALL days('2023-06-14', '2023-06-25');
SELECT status, step, next_on FROM invoice WHERE number = 'L1';
SELECT number, issued_on, step FROM sent WHERE number = 'L1';
-- What announces a due date announces the new one too.
SELECT set_policy('announcing', '{due-10 email upcoming,due-3 email upcoming,prev+14 letter default_notice}') > 0 AS made, add_customer('U', 'Upcoming', policy => 'announcing') > 0 AS customer,
       issue_invoice('U', 'U1', 1, '2023-06-01', '2023-07-01') > 0 AS issued;
CALL days('2023-06-20', '2023-06-22');
SELECT reschedule('U1', '2023-07-31', posted_on => '2023-06-22') > 0 AS moved;
CALL days('2023-06-22', '2023-08-31');
SELECT number, issued_on, step, action, due_on FROM sent WHERE number = 'U1';
SELECT * FROM verify();

RESET search_path;
SELECT debiteur.drop_ledger('reschedule', true);
