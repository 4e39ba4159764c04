--
-- allocation, credits: postings by COPY, every fault, credit notes, write-offs
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('allocation', time_zone => 'UTC');
SET search_path = allocation, debiteur;
SELECT add_customer('C1', 'Jansen') AS c1, add_customer('C2', 'De Vries') AS c2;
SELECT array_agg(issue_invoice(CASE WHEN n < 5 THEN 'C1' ELSE 'C2' END, 'F' || n, 100, '2024-01-10', '2024-02-09')) FROM generate_series(1, 6) n;
SELECT issue_invoice('C1', 'U1', 100, '2024-01-10', '2024-02-09', 'USD') AS usd, issue_credit_note('C1', 'N1', 30, issued_on => '2024-01-15') AS note, record_payment('C1', 500, '2024-01-20', '{}') AS payment, record_payment('C2', 5, '2024-01-20', '{}') AS small;
INSERT INTO invoice (customer_id, number, amount, issued_on, status) VALUES (1, 'D1', 100, '2024-01-01', 'draft');
CREATE VIEW balance AS SELECT number, open_amount, status, closed_on FROM invoice;

-- In bulk: one statement, many claims, the customer filled in.
COPY allocation (invoice_id, kind, amount, posted_on, payment_id) FROM stdin;
1	payment	60	2024-01-20	1
1	payment	40	2024-02-01	1
2	payment	50.50	2024-02-01	1
5	payment	100	2024-02-02	1
3	credit	10	2024-02-01	\N
3	write_off	90	2024-02-05	\N
4	discount	2	2024-02-01	1
\.
SELECT i.number, a.customer_id, a.kind, a.amount, a.posted_on FROM allocation a JOIN invoice i ON i.id = a.invoice_id ORDER BY a.id;
SELECT * FROM balance ORDER BY number;
SELECT allocated, unallocated FROM payment WHERE id = 1;

-- Each fault, and nothing of the statement is posted.
CREATE FUNCTION pg_temp.fault(how text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'INSERT INTO allocation.allocation (invoice_id, kind, amount, posted_on, payment_id, counter_id, reverses_id, customer_id) VALUES (6, ''credit'', 1, ''2024-03-01'', NULL, NULL, NULL, NULL), (' || how || ')';
    RETURN 'posted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT why, pg_temp.fault(how) FROM (VALUES
    (1, 'more than open', '2, ''payment'', 50, ''2024-03-01'', 1, NULL, NULL, NULL'),
    (2, 'more than the payment', '6, ''payment'', 6, ''2024-03-01'', 2, NULL, NULL, NULL'),
    (3, 'too many digits', '2, ''credit'', 0.001, ''2024-03-01'', NULL, NULL, NULL, NULL'), (4, 'not a number', '2, ''credit'', ''NaN'', ''2024-03-01'', NULL, NULL, NULL, NULL'),
    (5, 'zero', '2, ''credit'', 0, ''2024-03-01'', NULL, NULL, NULL, NULL'), (6, 'wrong sign', '2, ''credit'', -1, ''2024-03-01'', NULL, NULL, NULL, NULL'),
    (7, 'wrong sign, credit note', '8, ''credit'', 1, ''2024-03-01'', NULL, NULL, NULL, NULL'), (8, 'draft', '9, ''credit'', 1, ''2024-03-01'', NULL, NULL, NULL, NULL'),
    (9, 'settled', '1, ''credit'', 1, ''2024-03-01'', NULL, NULL, NULL, NULL'), (10, 'before the invoice', '2, ''credit'', 1, ''2024-01-09'', NULL, NULL, NULL, NULL'),
    (11, 'before the payment', '2, ''payment'', 1, ''2024-01-19'', 1, NULL, NULL, NULL'), (12, 'currency', '7, ''payment'', 1, ''2024-03-01'', 1, NULL, NULL, NULL'),
    (13, 'customer', '2, ''credit'', 1, ''2024-03-01'', NULL, NULL, NULL, 2'), (14, 'no invoice', '99, ''credit'', 1, ''2024-03-01'', NULL, NULL, NULL, NULL'),
    (15, 'no payment', '2, ''payment'', 1, ''2024-03-01'', 99, NULL, NULL, NULL'), (16, 'payment without one', '2, ''payment'', 1, ''2024-03-01'', NULL, NULL, NULL, NULL'),
    (17, 'write-off with one', '2, ''write_off'', 1, ''2024-03-01'', 1, NULL, NULL, NULL'), (18, 'kind', '2, ''gift'', 1, ''2024-03-01'', NULL, NULL, NULL, NULL'),
    (19, 'reversal of nothing', '2, ''reversal'', -1, ''2024-03-01'', 1, NULL, NULL, NULL'), (20, 'reversal of another amount', '1, ''reversal'', -59, ''2024-03-01'', 1, NULL, 1, NULL'),
    (21, 'reversal of another invoice', '2, ''reversal'', -60, ''2024-03-01'', 1, NULL, 1, NULL'), (22, 'reversal before it', '1, ''reversal'', -40, ''2024-01-31'', 1, NULL, 2, NULL'),
    (23, 'reversal without payment', '1, ''reversal'', -40, ''2024-03-01'', NULL, NULL, 2, NULL'), (24, 'infinite date', '2, ''credit'', 1, ''infinity'', NULL, NULL, NULL, NULL')
  ) f(n, why, how) ORDER BY n;
SELECT count(*) AS postings FROM allocation;
INSERT INTO allocation (invoice_id, kind, amount, posted_on) VALUES (2, 'credit', 50, '2024-03-01');
INSERT INTO allocation (invoice_id, kind, amount, posted_on) VALUES (2, 'credit', 1, '2024-01-09');

-- Reversing an allocation: the claim is open, the money on account again; only once.
INSERT INTO allocation (invoice_id, kind, amount, posted_on, payment_id, reverses_id) VALUES (5, 'reversal', -100, '2024-03-02', 1, 4);
SELECT * FROM balance WHERE number = 'F5';
SELECT allocated, unallocated FROM payment WHERE id = 1;
\set VERBOSITY terse
INSERT INTO allocation (invoice_id, kind, amount, posted_on, payment_id, reverses_id) VALUES (5, 'reversal', -100, '2024-03-02', 1, 4);
\set VERBOSITY sqlstate
INSERT INTO allocation (invoice_id, kind, amount, posted_on, payment_id, reverses_id) SELECT 5, 'reversal', 100, '2024-03-02', 1, max(id) FROM allocation;
\set VERBOSITY default
UPDATE allocation SET amount = 1;
DELETE FROM allocation;
TRUNCATE allocation;
INSERT INTO allocation (invoice_id, kind, amount, posted_on) SELECT 1, 'credit', 1, '2024-03-01' WHERE false;

-- Settled as: written off if anything was, else paid if anything was, else credited.
SELECT record_payment('C2', 60, '2024-03-05', '{F6}') AS paid, write_off('F6', posted_on => '2024-03-06') IS NOT NULL AS rest_written_off;
SELECT * FROM balance WHERE number = 'F6';
SELECT write_off('F4', 99), write_off('U1', 0.005);
SELECT write_off('F4', 99);
SELECT write_off('F4', 98, '2024-01-01') IS NOT NULL AS written_off;
SELECT i.number, a.kind, a.amount, a.posted_on FROM allocation a JOIN invoice i ON i.id = a.invoice_id WHERE number = 'F4' ORDER BY a.id;

-- Credit notes.
SELECT issue_credit_note('C1', 'N2', 20, 'F2', '2024-03-07') AS part, issue_credit_note('C1', 'N3', 50, 'F2', '2024-03-08') AS more_than_open, issue_credit_note('C1', 'N4', 10, 'F1', '2024-03-09') AS of_a_paid_one;
SELECT number, related_id, amount, open_amount, status, due_on, closed_on FROM invoice WHERE kind = 'credit_note' OR number = 'F2' ORDER BY number;
SELECT apply_credit('N1', 'U1');
SELECT apply_credit('N1', 'F5');
SELECT apply_credit('F5', 'N1');
SELECT apply_credit('N1', 'N3');
SELECT issue_invoice('C1', 'F7', 35, '2024-03-01', '2024-03-31') AS invoice;
SELECT apply_credit('N1', 'F7', 31);
SELECT apply_credit('N1', 'F7', 36);
SELECT apply_credit('N1', 'F7', 10, '2024-03-10') > 0 AS ten, apply_credit('N1', 'F7', posted_on => '2024-03-11') > 0 AS rest, apply_credit('N3', 'F7', posted_on => '2024-03-12') > 0 AS as_much_as_fits;
SELECT apply_credit('N1', 'F7');
SELECT i.number, a.kind, a.amount, a.posted_on, o.number AS counter FROM allocation a JOIN invoice i ON i.id = a.invoice_id JOIN invoice o ON o.id = a.counter_id ORDER BY a.posted_on, i.number;
SELECT * FROM balance WHERE number IN ('F7', 'N1', 'N3') ORDER BY number;
SELECT issue_credit_note('C2', 'N9', 5, 'F1');
SELECT issue_credit_note('C1', 'N9', 5, 'N1');
SELECT issue_credit_note('C1', 'N9', 5, 'F1', currency => 'USD');
SELECT issue_credit_note('C1', 'N9', -5);
SELECT issue_credit_note('C1', 'F1', 5);
SELECT issue_credit_note('C1', 'N9', 5, 'F99');
SELECT write_off('N3', posted_on => '2024-04-01') IS NOT NULL AS note_written_off, cancel_invoice('N4', '2024-04-01') IS NOT NULL AS note_cancelled;
SELECT number, amount, open_amount, status FROM invoice WHERE kind = 'credit_note' ORDER BY number;

-- A cancellation is of the whole: what was paid could not be taken back any more.
SELECT issue_invoice('C1', 'F8', 100, '2024-04-01', '2024-04-30') > 0 AS issued, record_payment('C1', 60, '2024-04-02', '{F8}') > 0 AS paid;
INSERT INTO allocation (invoice_id, kind, amount, posted_on) SELECT id, 'cancellation', 40, '2024-04-03' FROM invoice WHERE number = 'F8';

-- Money is on account once, on every day.
SELECT issue_invoice('C1', 'F9', 60, '2024-04-01', '2024-04-30') > 0 AS issued;
INSERT INTO allocation (invoice_id, kind, amount, posted_on, payment_id, reverses_id)
SELECT a.invoice_id, 'reversal', - a.amount, '2024-04-20', a.payment_id, a.id FROM allocation a JOIN invoice i ON i.id = a.invoice_id WHERE i.number = 'F8' AND a.kind = 'payment';
SELECT max(id) AS payment FROM payment \gset
SELECT allocate(:payment, 'F9', 60, '2024-04-10');
INSERT INTO payment (customer_id, currency, amount, received_on, reverses_id) SELECT customer_id, currency, - amount, '2024-04-10', id FROM payment WHERE id = :payment;
SELECT d::date AS as_of, amount FROM generate_series('2024-04-01'::date, '2024-04-21', '10 days') d, on_account(d::date) WHERE currency = 'EUR' AND customer_id = (SELECT id FROM customer WHERE number = 'C1');
SELECT allocate(:payment, 'F9', 60, '2024-04-20') = :payment AS allocated;

-- In one transaction that fails, nothing of it stays.
BEGIN;
SELECT record_payment('C2', 10, '2024-04-01', '{F5}') > 0 AS paid;
SELECT open_amount FROM invoice WHERE number = 'F5';
ROLLBACK;
SELECT open_amount FROM invoice WHERE number = 'F5';

RESET search_path;
SELECT debiteur.drop_ledger('allocation', true);
