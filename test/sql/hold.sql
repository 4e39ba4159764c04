--
-- hold: claims, and parts of them, that are not dunned
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('hold', time_zone => 'UTC');
SET search_path = hold, debiteur;
CREATE VIEW sent AS
SELECT c.number AS customer, n.issued_on, n.action, n.amount,
       (SELECT string_agg(format('%s %s of %s', l.number, l.asked, l.open_amount), ', ' ORDER BY l.number) FROM notice_line l WHERE l.notice_id = n.id) AS lines
  FROM notice n JOIN customer c ON c.id = n.customer_id ORDER BY n.id;
CREATE PROCEDURE days(from_on date, until_on date) LANGUAGE plpgsql AS $$
BEGIN FOR n IN 0 .. until_on - from_on LOOP CALL hold.advance(from_on + n); END LOOP; END $$;
SELECT set_policy('default', '{due+7 email reminder,due+14 email final_notice,due+21 letter default_notice,prev+15 agency hand_over}') > 0 AS made;

-- A part is held: the rest is asked for; what is held comes back with the step that follows.
SELECT add_customer('part', 'Part') > 0 AS added, issue_invoice('part', 'P1', 1000, '2024-01-01', '2024-01-31') > 0 AS p1, issue_invoice('part', 'P2', 50, '2024-01-01', '2024-01-31') > 0 AS p2;
SELECT hold(invoice => 'P1', from_on => '2024-02-01', until_on => '2024-02-13', amount => 300) AS part, hold(invoice => 'P1', kind => 'legal', from_on => '2024-02-07', until_on => '2024-02-10', amount => 100) AS other_kind \gset
SELECT * FROM held('2024-02-07', '{1}');
SELECT invoice, open_amount, asked, net, taken FROM decide('2024-02-07') ORDER BY 1;
SELECT * FROM explain('P1', '2024-02-07');
CALL days('2024-02-01', '2024-02-15');
SELECT * FROM sent;
SELECT payload->>'amount' AS amount, payload->'lines' @> '[{"invoice": "P1", "open_amount": 1000, "asked": 600}]' AS asked FROM outbox ORDER BY id LIMIT 1;

-- All of it is held by parts that add up: not dunned until the first of them ends; two of three do.
SELECT add_customer('sum', 'Sum') > 0 AS added, issue_invoice('sum', 'S1', 100, '2024-03-01', '2024-03-31') > 0 AS issued;
SELECT hold(invoice => 'S1', from_on => '2024-04-01', until_on => '2024-04-20', amount => 60) > 0 AS h, hold(invoice => 'S1', kind => 'legal', from_on => '2024-04-01', until_on => '2024-04-25', amount => 60) > 0 AS h2,
       hold(invoice => 'S1', kind => 'dispute', from_on => '2024-04-01', until_on => '2024-04-10', amount => 10) > 0 AS h3;
CALL days('2024-04-07', '2024-04-12');
SELECT next_on FROM invoice WHERE number = 'S1';
SELECT * FROM explain('S1', '2024-04-12');
CALL days('2024-04-13', '2024-04-28');
SELECT * FROM sent WHERE customer = 'sum';
-- A part payment is taken from what is dunned first: what is held stays held.
SELECT add_customer('paid', 'Paid') > 0 AS added, issue_invoice('paid', 'A1', 100, '2024-03-01', '2024-03-31') > 0 AS issued, hold(invoice => 'A1', from_on => '2024-04-01', amount => 60) AS held \gset
SELECT record_payment('paid', 30, '2024-04-02') AS payment \gset
CALL days('2024-04-07', '2024-04-07');
SELECT record_payment('paid', 15, '2024-04-08') AS payment2 \gset
CALL days('2024-04-08', '2024-04-20');
SELECT * FROM sent WHERE customer = 'paid';
SELECT open_amount, next_on FROM invoice WHERE number = 'A1';
-- A reversal opens more than is held.
SELECT reverse_payment(:payment, '2024-04-20') > 0 AS reversed;
CALL days('2024-04-20', '2024-04-21');
SELECT * FROM sent WHERE customer = 'paid';
-- Less is held from now on.
SELECT issue_invoice('paid', 'A2', 100, '2024-03-01', '2024-03-31') > 0 AS issued, hold(invoice => 'A2', from_on => '2024-04-01') AS held2 \gset
CALL days('2024-04-22', '2024-04-23');
SELECT next_on FROM invoice WHERE number = 'A2';
UPDATE hold SET amount = 40 WHERE id = :held2;
CALL days('2024-04-24', '2024-04-24');
SELECT * FROM sent WHERE customer = 'paid' AND issued_on = '2024-04-24';

-- The minimum of the policy, the balance with credits, and a notice an invoice look at what is asked.
SELECT set_policy('least', '{due+7 email reminder,due+14 email final_notice,due+15 email call}', minimum_amount => 50) > 0 AS made, set_policy('single', '{due+7 email reminder}', grouped_by => 'invoice', minimum_amount => 50) > 0 AS made2,
       add_customer('least', 'Least', policy => 'least') > 0 AS added, add_customer('single', 'Single', policy => 'single') > 0 AS added2;
SELECT issue_invoice('least', 'L1', 100, '2024-03-01', '2024-03-31') > 0 AS l1, issue_invoice('single', 'G1', 100, '2024-03-01', '2024-03-31') > 0 AS g1, issue_invoice('single', 'G2', 100, '2024-03-01', '2024-03-31') > 0 AS g2,
       hold(invoice => 'L1', from_on => '2024-04-01', until_on => '2024-04-12', amount => 60) > 0 AS held, hold(invoice => 'G1', from_on => '2024-04-01', until_on => '2024-04-12', amount => 60) > 0 AS held2;
SELECT * FROM explain('L1', '2024-04-07');
SELECT * FROM explain('G1', '2024-04-07');
CALL days('2024-04-07', '2024-04-14');
SELECT * FROM sent WHERE customer IN ('least', 'single');
SELECT issue_credit_note('least', 'L2', 50, issued_on => '2024-04-14') > 0 AS credit, hold(invoice => 'L1', from_on => '2024-04-14', amount => 60, until_on => '2024-05-31') > 0 AS held;
SELECT * FROM explain('L1', '2024-04-15');

-- One hold of a kind at a time, of each claim and of each customer; others beside it, before it and after it.
SELECT add_customer('twice', 'Twice') > 0 AS added, issue_invoice('twice', 'T1', 100, '2024-03-01') > 0 AS t1, issue_invoice('twice', 'T2', 100, '2024-03-01') > 0 AS t2;
SELECT hold(invoice => 'T1', from_on => '2024-04-10', until_on => '2024-04-20') AS first \gset
SELECT hold(invoice => 'T1', from_on => '2024-04-20');
SELECT hold(invoice => 'T1', from_on => '2024-04-01', until_on => '2024-04-10', amount => 5);
SELECT hold(invoice => 'T1', from_on => '2024-04-01', until_on => '2024-04-09') > 0 AS before, hold(invoice => 'T1', from_on => '2024-04-21') > 0 AS after, hold(invoice => 'T2', from_on => '2024-04-10') > 0 AS other_claim,
       hold(invoice => 'T1', kind => 'legal', from_on => '2024-04-10') > 0 AS other_kind, hold('twice', from_on => '2024-04-10') > 0 AS customer;
SELECT hold('twice', from_on => '2024-06-10');
UPDATE hold SET during = '[2024-04-10,2024-04-25)' WHERE id = :first;
-- Without the trigger the constraint says no.
BEGIN;
ALTER TABLE hold DISABLE TRIGGER hold_checked;
\set VERBOSITY sqlstate
UPDATE hold SET during = '[2024-04-10,2024-04-25)' WHERE id = :first;
\set VERBOSITY default
ROLLBACK;

-- What can't be held.
SELECT hold('twice', from_on => '2025-01-01', amount => 10);
SELECT hold(invoice => 'T1', kind => 'dispute', amount => 100.01);
SELECT hold(invoice => 'T1', kind => 'dispute', amount => 0.001);
SELECT hold(invoice => 'T1', kind => 'dispute', amount => -1);
SELECT hold(invoice => 'T1', kind => 'plan');
\set VERBOSITY sqlstate
INSERT INTO hold (customer_id, kind, during, amount) SELECT id, 'legal', '[2030-01-01,)', 1 FROM customer WHERE number = 'twice';
INSERT INTO hold (customer_id, invoice_id, kind, during, amount) SELECT customer_id, id, 'dispute', '[2030-01-01,)', 'NaN' FROM invoice WHERE number = 'T1';
INSERT INTO hold (customer_id, invoice_id, kind, during, amount) SELECT customer_id, id, 'dispute', '[2030-01-01,)', 0.001 FROM invoice WHERE number = 'T1';
\set VERBOSITY default

-- Released before it began: it has no days, and another may take them.
SELECT hold(invoice => 'T2', kind => 'legal', from_on => '2024-05-10') AS early \gset
SELECT release(:early, '2024-05-01') = :early AS released, release(:early, '2024-06-01') = :early AS again;
SELECT during, (SELECT count(*) FROM held('2024-05-12', ARRAY[customer_id]) h WHERE h.invoice_id = hold.invoice_id AND h.until_on = '2024-05-12') AS held FROM hold WHERE id = :early;
SELECT hold(invoice => 'T2', kind => 'legal', from_on => '2024-05-10') > 0 AS another;

-- The index of the constraint is not one of the days, which come last in it: whoever looks for these would read it whole.
SELECT indkey FROM pg_index WHERE indexrelid = 'hold_kind_once'::regclass;

-- Notes stay as written; who wrote them, and who held, is the role of the caller.
CREATE ROLE hold_clerk;
SELECT debiteur.grant_ledger('hold', 'hold_clerk', 'clerk');
SET ROLE hold_clerk;
SELECT hold.hold(invoice => 'P2', from_on => '2024-06-01', amount => 10) AS noted \gset
SELECT hold.add_note(:noted, 'called; says it was returned') > 0 AS noted;
RESET ROLE;
SELECT h.created_by = 'hold_clerk' AS held_by, n.created_by = 'hold_clerk' AS noted_by, n.note, n.created_at = now() OR n.created_at <= clock_timestamp() AS at FROM hold h JOIN hold_note n ON n.hold_id = h.id;
UPDATE hold_note SET note = 'nothing was said';
DELETE FROM hold_note;
TRUNCATE hold_note;
SELECT add_note(0, 'x');
SELECT add_note(1, '');
SELECT count(*) AS verified FROM verify();

RESET search_path;
SELECT debiteur.drop_ledger('hold', true);
DROP OWNED BY hold_clerk;
DROP ROLE hold_clerk;
