--
-- statement: what a customer reads, line by line; the totals of random
-- histories are in oracle
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('statement', time_zone => 'UTC', terms => '2/10 net 30');
SET search_path = statement, debiteur;
SELECT add_customer('C1', 'Jansen') AS c1, add_customer('C2', 'De Vries') AS c2, add_customer('C3', 'Nobody yet') AS c3;

-- Before the period: 1,000 issued, 400 of it paid.
SELECT issue_invoice('C1', 'F1', 1000, '2024-01-05', reference => 'order 17') AS f1, record_payment('C1', 400, '2024-01-25', reference => 'bank 1') AS p1;
-- In it: claims of each kind, a payment with discount and one over what is owed, a credit note set off, one that is not, a write-off, a cancellation.
SELECT issue_invoice('C1', 'F2', 500, '2024-02-01') AS f2, record_payment('C1', 490, '2024-02-08', '{F2}', reference => 'bank 2') AS p2;
SELECT issue_invoice('C1', 'K1', 40, '2024-02-10', kind => 'costs', related => 'F1') AS k1, issue_invoice('C1', 'R1', 2.5, '2024-02-10', kind => 'interest', related => 'F1') AS r1;
SELECT issue_credit_note('C1', 'N1', 100, 'F1', '2024-02-12') AS n1, issue_credit_note('C1', 'N2', 30, issued_on => '2024-02-13') AS n2;
SELECT write_off('F1', 50, '2024-02-14', 'goodwill') > 0 AS written_off, issue_invoice('C1', 'F3', 75, '2024-02-15') AS f3, cancel_invoice('F3', '2024-02-16', 'wrong address') AS cancelled;
INSERT INTO allocation (invoice_id, kind, amount, posted_on, reason) SELECT id, 'credit', 20, '2024-02-16', 'damage' FROM invoice WHERE number = 'F1';
SELECT record_payment('C1', 600, '2024-02-20', reference => 'bank 3') AS p3;
-- The payment with the discount bounces; the discount goes with it.
SELECT reverse_payment(2, '2024-02-22', 'returned') AS p2_reversed;
-- Another currency, a draft, a cancelled draft, an invoice over 0.
SELECT issue_invoice('C1', 'U1', 10, '2024-02-25', currency => 'USD') AS u1, issue_invoice('C1', 'Z1', 0, '2024-02-26') AS z1;
INSERT INTO invoice (customer_id, number, amount, issued_on, status, currency) SELECT id, 'D' || n, 99, '2024-02-26', 'draft', 'EUR' FROM customer, generate_series(1, 2) n WHERE number = 'C1';
SELECT cancel_invoice('D2', '2024-02-27') AS draft_cancelled;
SELECT * FROM statement('C1', '2024-02-01', '2024-02-29');
SELECT currency, total, on_account, balance FROM aging_by_customer('2024-02-29') WHERE customer = 'C1' ORDER BY 1;

-- Periods that touch: each opens where the one before closed; one day is a period; nothing was posted in the last.
SELECT d AS from_on, l.currency, l.what, l.balance FROM unnest('{2024-01-01,2024-02-08,2024-02-09,2024-02-22,2024-02-23}'::date[], '{2024-02-07,2024-02-08,2024-02-21,2024-02-22,2024-02-24}'::date[]) AS p(d, e), statement('C1', d, e) l
 WHERE l.what IN ('opening', 'closing') ORDER BY 1, 2, l.what DESC;
SELECT what, posted_on, balance FROM statement('C1', '2024-03-05', '2024-03-05') WHERE currency = 'EUR';

-- Money of one customer for a claim of another is a line of both; so is its reversal.
SELECT issue_invoice('C2', 'F4', 80, '2024-03-01') AS f4, record_payment('C1', 200, '2024-03-02', '{}') AS p4, allocate(5, 'F4', 60, '2024-03-03') AS transferred;
SELECT reverse_payment(5, '2024-03-04', 'returned') AS p4_reversed;
SELECT posted_on, what, number, debit, credit, balance FROM statement('C1', '2024-03-01', '2024-03-31') WHERE currency = 'EUR';
SELECT posted_on, what, number, debit, credit, balance FROM statement('C2', '2024-03-01', '2024-03-31');

-- A credit that was posted on one side only counts on that side.
INSERT INTO allocation (invoice_id, kind, amount, posted_on, counter_id) SELECT f.id, 'credit', 5, '2024-04-01', n.id FROM invoice f, invoice n WHERE f.number = 'F4' AND n.number = 'N2';
SELECT posted_on, what, number, debit, credit, balance FROM statement('C2', '2024-04-01', '2024-04-30');
SELECT balance FROM aging_by_customer('2024-04-30') WHERE customer = 'C2';

-- Paid up: nothing in the period, no rows.
SELECT record_payment('C2', 75, '2024-04-10') > 0 AS paid;
SELECT * FROM statement('C2', '2024-05-01', '2024-05-31');
SELECT * FROM statement('C3', '0001-01-01', '9999-12-31');
SELECT count(*) FROM statement('C1', '0001-01-01', '9999-12-31');
SELECT count(*) AS today FROM statement('C1', '2024-01-01') WHERE what = 'closing';

-- What is none.
SELECT * FROM statement('C9', '2024-01-01', '2024-01-31');
SELECT * FROM statement(NULL, '2024-01-01', '2024-01-31');
SELECT * FROM statement('C1', '2024-02-01', '2024-01-31');
SELECT * FROM statement('C1', NULL, '2024-01-31');
SELECT * FROM statement('C1', '2024-01-01', NULL);
SELECT * FROM statement('C1', '-infinity', 'infinity');
SELECT * FROM statement('C1'' OR true --', '2024-01-01', '2024-01-31');
RESET search_path;
SELECT debiteur.drop_ledger('statement', true);
