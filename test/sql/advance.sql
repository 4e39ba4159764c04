--
-- advance: what decide(), advance() and explain() do, day by day
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('advance');
SET search_path = advance, debiteur;
CREATE VIEW sent AS
SELECT c.number AS customer, n.issued_on, n.step, n.channel, n.action, n.currency, n.amount,
       (SELECT string_agg(i.number || CASE WHEN l.taken THEN '' ELSE '*' END, ' ' ORDER BY i.number) FROM notice_line l JOIN invoice i ON i.id = l.invoice_id WHERE l.notice_id = n.id) AS lines
  FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY n.issued_on, n.id;
-- Days in sequence, as one transaction a batch.
\getenv abs_srcdir PG_ABS_SRCDIR
\set days :abs_srcdir '/test/days.sql'
\i :days

-- One invoice under the default policy, every day.
SELECT add_customer('day', 'Day by Day');
SELECT issue_invoice('day', 'D1', 100, '2024-01-01');
CALL days('2024-01-01', '2024-04-30', 2);
SELECT * FROM sent;
SELECT number, status, step, noticed_on, next_on, cycle FROM invoice;
SELECT as_of, notices, steps, overdue, skipped FROM run WHERE notices + steps + overdue > 0 OR skipped <> '{}' ORDER BY 1;
SELECT count(*) AS runs, count(*) FILTER (WHERE finished_at IS NULL) AS unfinished FROM run;
SELECT d, e.* FROM unnest('{2024-01-01,2024-01-28,2024-02-07,2024-03-01,2024-04-30}'::date[]) d, explain('D1', d) e;

-- Ten days without a run, in between: nothing is lost, and the steps after the call count from it.
SELECT add_customer('gap', 'Ten Days Off');
SELECT issue_invoice('gap', 'G1', 100, '2024-01-01');
CALL days('2024-01-01', '2024-02-04', 2);
CALL days('2024-02-14', '2024-04-30', 2);
SELECT issued_on, step, action FROM sent WHERE customer = 'gap';

-- One run a date or twenty: the same.
SELECT add_customer('one', 'Once'), add_customer('many', 'Twenty Times');
SELECT issue_invoice('one', 'O1', 100, '2024-01-01'), issue_invoice('one', 'O2', 50, '2024-01-05'), issue_invoice('many', 'M1', 100, '2024-01-01'), issue_invoice('many', 'M2', 50, '2024-01-05');
SELECT count(advance_batch(d, NULL)) FROM unnest('{2024-01-27,2024-01-28,2024-02-08,2024-02-20,2024-03-01}'::date[]) d;
DO $$ BEGIN FOR n IN 1 .. 20 LOOP CALL advance.days('2024-03-01', '2024-03-01', 2); END LOOP; END $$;
SELECT issued_on, step, action, amount, lines FROM sent WHERE customer = 'one';
SELECT count(*) AS differ FROM (SELECT issued_on, step, action, amount FROM sent WHERE customer = 'one' EXCEPT ALL SELECT issued_on, step, action, amount FROM sent WHERE customer = 'many') d;
CALL days('2024-03-01', '2024-04-30', 2);

-- Old debt that is newly loaded begins with the first step that still makes sense, one a day.
SELECT add_customer('old', 'Old Debt');
SELECT issue_invoice('old', 'L1', 100, '2023-01-01');
CALL days('2024-05-01', '2024-06-10', 2);
SELECT issued_on, step, action FROM sent WHERE customer = 'old';

-- By age: the furthest step that counts from the due date.
SELECT set_policy('age', '{due-3 email upcoming,due+7 email reminder,due+14 email final_notice,prev+14 letter default_notice,prev+15 agency hand_over}', 'by_age') > 0 AS made;
SELECT add_customer('age', 'By Age', policy => 'age');
SELECT issue_invoice('age', 'Y1', 100, '2023-01-01'), issue_invoice('age', 'Y2', 10, '2024-04-01', '2024-05-30');
CALL days('2024-06-01', '2024-07-15', 2);
SELECT issued_on, step, action, lines FROM sent WHERE customer = 'age';

-- Money on account, credit notes, net credit.
SELECT add_customer('cred', 'Credit');
SELECT issue_invoice('cred', 'C1', 100, '2024-06-01', '2024-06-30') > 0 AS issued, record_payment('cred', 60, '2024-06-05', '{}') > 0 AS on_account,
       issue_credit_note('cred', 'CN', 40, issued_on => '2024-06-10') > 0 AS credit_note;
CALL days('2024-07-01', '2024-07-10', 2);
SELECT * FROM explain('C1', '2024-07-10');
SELECT * FROM explain('CN', '2024-07-10');
SELECT issued_on, amount FROM sent WHERE customer = 'cred';
SELECT issue_invoice('cred', 'C2', 1, '2024-06-01', '2024-07-02') > 0 AS issued;
CALL days('2024-07-11', '2024-07-12', 2);
SELECT issued_on, step, action, amount, lines FROM sent WHERE customer = 'cred';
SELECT skipped FROM run WHERE as_of = '2024-07-10';

-- Held: nothing on these days, then on where it was.
SELECT add_customer('held', 'Held');
SELECT issue_invoice('held', 'H1', 100, '2024-06-01', '2024-06-30') > 0 AS issued, issue_invoice('held', 'H2', 10, '2024-06-01', '2024-06-30') > 0 AS issued2,
       hold(invoice => 'H1', kind => 'dispute', from_on => '2024-07-05', until_on => '2024-07-20', reason => 'broken on arrival') > 0 AS held;
CALL days('2024-07-01', '2024-07-31', 2);
SELECT issued_on, step, action, amount, lines FROM sent WHERE customer = 'held';
SELECT * FROM explain('H1', '2024-07-20');
SELECT * FROM explain('H2', '2024-07-20');

-- Held without end, then released.
SELECT add_customer('open', 'Held Until Released');
SELECT issue_invoice('open', 'E1', 100, '2024-06-01', '2024-06-30') > 0 AS issued, hold('open', from_on => '2024-06-01') > 0 AS held;
CALL days('2024-07-01', '2024-08-31', 2);
SELECT number, status, next_on FROM invoice WHERE number = 'E1';
SELECT * FROM explain('E1', '2024-08-31');
SELECT release((SELECT max(id) FROM hold), '2024-09-02') > 0 AS released;
CALL days('2024-09-01', '2024-09-03', 2);
SELECT issued_on, step, action FROM sent WHERE customer = 'open';
-- An invoice of a later date is not looked at before it, whatever hold ends.
SELECT hold('open', from_on => '2024-09-03') > 0 AS held, issue_invoice('open', 'E2', 100, '2025-09-01', '2025-09-30') > 0 AS issued;
SELECT release((SELECT max(id) FROM hold), '2024-09-04') > 0 AS released;
SELECT next_on FROM invoice WHERE number = 'E2';
SELECT count(*) AS decided FROM decide('2024-09-03', only_invoice => (SELECT id FROM invoice WHERE number = 'E1'));
SELECT cancel_invoice('E2', '2024-09-04') > 0 AS cancelled;

-- Paid in between, paid in part, opened again.
SELECT add_customer('paid', 'Paid');
SELECT issue_invoice('paid', 'P1', 100, '2024-09-01', '2024-09-30') > 0 AS issued, issue_invoice('paid', 'P2', 100, '2024-09-01', '2024-09-30') > 0 AS issued2;
CALL days('2024-10-01', '2024-10-10', 2);
SELECT record_payment('paid', 130, '2024-10-11', '{P1,P2}') > 0 AS paid;
CALL days('2024-10-11', '2024-10-20', 2);
SELECT issued_on, step, action, amount, lines FROM sent WHERE customer = 'paid';
SELECT * FROM explain('P1', '2024-10-20');
SELECT reverse_payment((SELECT max(id) FROM payment), '2024-10-21', 'returned') > 0 AS reversed;
SELECT number, status, cycle, step, next_on FROM invoice WHERE number IN ('P1', 'P2') ORDER BY 1;
CALL days('2024-10-21', '2024-10-24', 2);
SELECT issued_on, step, action, amount, lines FROM sent WHERE customer = 'paid' AND issued_on > '2024-10-20';
SELECT number, status, cycle, step FROM invoice WHERE number IN ('P1', 'P2') ORDER BY 1;

-- min_interval, minimum_amount, grouped by invoice, currencies apart.
SELECT set_policy('slow', '{due+1 email reminder,due+2 email final_notice}', min_interval => 5, minimum_amount => 50) > 0 AS made;
SELECT set_policy('each', '{due+1 email reminder}', grouped_by => 'invoice', minimum_amount => 20) > 0 AS made;
SELECT add_customer('slow', 'Slow', policy => 'slow'), add_customer('each', 'Each', policy => 'each');
SELECT issue_invoice('slow', 'S1', 30, '2024-10-01', '2024-10-31') > 0 AS s1, issue_invoice('slow', 'S2', 30, '2024-10-01', '2024-11-03') > 0 AS s2,
       issue_invoice('slow', 'S3', 80, '2024-10-01', '2024-10-31', 'USD') > 0 AS s3,
       issue_invoice('each', 'I1', 30, '2024-10-01', '2024-10-31') > 0 AS i1, issue_invoice('each', 'I2', 30, '2024-10-01', '2024-10-31') > 0 AS i2, issue_invoice('each', 'I3', 10, '2024-10-01', '2024-10-31') > 0 AS i3;
CALL days('2024-11-01', '2024-11-01', 2);
SELECT * FROM explain('S1', '2024-11-01');
SELECT * FROM explain('S1', '2024-11-03');
SELECT * FROM explain('I3', '2024-11-01');
CALL days('2024-11-02', '2024-11-20', 2);
SELECT customer, issued_on, step, currency, amount, lines FROM sent WHERE customer IN ('slow', 'each');

-- Every reason: the list is closed.
SELECT add_customer('why', 'Why');
SELECT issue_invoice('why', 'W1', 100, '2024-11-01', '2024-11-30') > 0 AS issued;
SELECT issue_invoice('why', 'W3', 100, '2024-12-28', '2025-01-22') > 0 AS issued;
INSERT INTO invoice (customer_id, number, amount, issued_on, status) SELECT id, 'W0', 5, '2024-11-01', 'draft' FROM customer WHERE number = 'why';
INSERT INTO customer (number, name, policy) VALUES ('lost', 'Lost', 'no such policy');
SELECT issue_invoice('lost', 'W2', 100, '2024-11-01', '2024-11-30') > 0 AS issued;
SELECT * FROM explain('W0', '2024-11-20');
SELECT * FROM explain('W1', '2024-10-20');
SELECT * FROM explain('W1', '2024-11-20');
SELECT * FROM explain('W1', '2024-12-20');
SELECT * FROM explain('W2', '2024-12-20');
SELECT * FROM explain('S3', '2024-12-20');
SELECT * FROM explain('D1', '2024-12-20');
SELECT * FROM explain('P1', '2024-10-21');
SELECT * FROM explain('W9', '2024-12-20');
SELECT * FROM explain(NULL, '2024-12-20');
SELECT * FROM explain('W1', NULL);
SELECT * FROM explain('W1', 'infinity');
CALL days('2024-12-20', '2024-12-20', 2);
SELECT number, status, next_on FROM invoice WHERE number = 'W2';
SELECT set_policy('no such policy', '{due+1 email reminder}') > 0 AS made;
CALL days('2024-12-21', '2024-12-21', 2);
SELECT issued_on, step, lines FROM sent WHERE customer = 'lost';

-- decide() and what advance() then does are the same; decide writes nothing.
SELECT count(*) AS taken FROM decide('2025-01-31') WHERE taken \gset before_
CALL advance('2025-01-31');
SELECT steps = :before_taken AS as_decided, steps > 0 AS some FROM run WHERE as_of = '2025-01-31';
SELECT count(*) FILTER (WHERE taken) AS taken_again, count(*) AS looked_at_again FROM decide('2025-01-31');

-- No step twice; no line without an open amount.
SELECT count(*) AS twice FROM (SELECT invoice_id, policy_id, step, cycle FROM notice_line WHERE taken GROUP BY 1, 2, 3, 4 HAVING count(*) > 1) t;
SELECT count(*) AS nothing_open FROM notice_line WHERE open_amount <= 0;
SELECT count(*) AS sums_differ FROM notice n WHERE amount <> (SELECT sum(asked) FROM notice_line l WHERE l.notice_id = n.id);

-- The procedure: dates and batches.
CALL advance(NULL);
CALL advance('infinity');
CALL advance('-infinity');
CALL advance('2025-02-01', 0);
CALL advance('2025-02-01', -1);
CALL advance('2025-02-01', 1);
BEGIN;
CALL advance('2025-02-02');
ROLLBACK;
SELECT as_of FROM run WHERE as_of >= '2025-02-01';
SELECT * FROM decide(NULL);
SELECT * FROM decide('infinity');

-- A typing error in the year does nothing.
DO $$
BEGIN
    PERFORM advance_batch(today() + 3650);
EXCEPTION WHEN SQLSTATE 'RV016' THEN
    RAISE NOTICE 'refused';
END $$;

SELECT * FROM advance.verify();
RESET search_path;
SELECT debiteur.drop_ledger('advance', true);
