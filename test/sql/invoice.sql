--
-- customer and invoice: loading, defaults, drafts; posted facts stay
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('invoice', terms => 'net 14');
SET search_path = invoice, debiteur;

-- Customers.
SELECT add_customer('C1', 'Jansen BV');
SELECT add_customer('C2', 'De Vries', 'consumer', 'net 30', 'default', 'retail', 'vries@example.org', '+31 20 1234567', E'Kade 1\n1011 AB Amsterdam', 'NL', 'nl');
COPY customer (number, name, terms) FROM stdin;
C4	Vierde	2/10 net 30
C5	Vijfde	\N
\.
SELECT add_customer('C1', 'Another');
SELECT add_customer('C3', 'X', kind => 'alien');
SELECT add_customer('C3', 'X', policy => 'unknown');
SELECT add_customer('', 'X');
SELECT * FROM customer ORDER BY number;
UPDATE customer SET email = 'jansen@example.org', terms = 'net 21' WHERE number = 'C1';
UPDATE customer SET policy = 'unknown' WHERE number = 'C1';

-- Due dates follow the terms of the invoice, the customer, the ledger.
SELECT issue_invoice('C1', 'A1', 100, '2024-01-01');
SELECT issue_invoice('C1', 'A2', 100.50, '2024-01-01', terms => 'net 7');
SELECT issue_invoice('C1', 'A3', 100, '2024-01-01', '2024-01-05', 'JPY', reference => 'RF18 0000');
SELECT issue_invoice('C5', 'A4', 0, '2024-01-01');
SELECT issue_invoice('C1', 'A5', 40, '2024-02-01', kind => 'costs', related => 'A1');
SELECT issue_invoice('C1', 'A6', 1.23, '2024-02-01', kind => 'interest', related => 'A1');
COPY invoice (customer_id, number, amount, issued_on, currency, due_on) FROM stdin;
1	B1	10	2024-01-01	\N	\N
3	B2	20.00	2024-01-01	USD	2024-01-01
\.
INSERT INTO invoice (customer_id, number, amount, issued_on, status) VALUES (4, 'B3', 30, '2024-01-01', 'draft'), (4, 'B4', 30, '2024-01-01', 'draft'), (4, 'B5', 0, '2024-01-01', 'draft');
SELECT number, kind, related_id, currency, amount, issued_on, due_on, terms, allocated, open_amount, status, closed_on, cycle, step, next_on FROM invoice ORDER BY number;
SELECT issue_invoice('C1', 'A7', 1) > 0 AS issued;
SELECT today() = issued_on AS today_is_the_default FROM invoice WHERE number = 'A7';

-- What is no invoice.
SELECT issue_invoice('C1', 'A1', 100, '2024-01-01');
SELECT issue_invoice('C9', 'X1', 100, '2024-01-01');
SELECT issue_invoice('C1', 'X1', -5, '2024-01-01');
SELECT issue_invoice('C1', 'X1', 1.234, '2024-01-01');
SELECT issue_invoice('C1', 'X1', 0.5, '2024-01-01', currency => 'JPY');
SELECT issue_invoice('C1', 'X1', 'NaN', '2024-01-01');
SELECT issue_invoice('C1', 'X1', 'infinity', '2024-01-01');
SELECT issue_invoice('C1', 'X1', 1e15, '2024-01-01');
SELECT issue_invoice('C1', 'X1', 5, '2024-01-01', currency => 'euro');
SELECT issue_invoice('C1', 'X1', 5, '2024-01-01', kind => 'credit_note');
SELECT issue_invoice('C1', 'X1', 5, '2024-01-01', related => 'A99', kind => 'costs');
SELECT issue_invoice('C2', 'X1', 5, '2024-01-01', related => 'A1', kind => 'costs');
SELECT issue_invoice('C1', 'X1', 5, 'infinity');
SELECT issue_invoice('C1', 'X1', 5, '5874897-12-31');
\set VERBOSITY terse
SELECT issue_invoice('C1', 'X1', 5, '2024-01-10', '2024-01-09');
SELECT issue_invoice('C1', 'X1', 5, '2024-01-01', 'infinity');
-- Beyond the timestamps, months and years can't be counted.
SELECT issue_invoice('C1', 'X1', 5, '300000-01-01');
SELECT issue_invoice('C1', 'X1', 5, '4713-01-01 BC');
BEGIN;
SELECT issue_invoice('C1', 'X1', 5, '9999-12-01', '9999-12-31') > 0 AS last, issue_invoice('C1', 'X2', 5, '0001-01-01') > 0 AS first, fold() > 0 AS folded;
ROLLBACK;
SELECT issue_invoice('C1', 'X1', 5, '2024-01-01', kind => 'gift');
SELECT issue_invoice('C1', '', 5, '2024-01-01');
INSERT INTO invoice (customer_id, number, amount, issued_on) VALUES (99, 'X1', 5, '2024-01-01');
INSERT INTO invoice (customer_id, number, amount, issued_on, kind) VALUES (1, 'X1', 5, '2024-01-01', 'credit_note');
INSERT INTO invoice (customer_id, number, amount, issued_on) VALUES (1, 'X1', -5, '2024-01-01');
INSERT INTO invoice (customer_id, number, amount, issued_on) VALUES (1, 'X1', 'NaN', '2024-01-01');
INSERT INTO invoice (customer_id, number, amount, issued_on, open_amount) VALUES (1, 'X1', 5, '2024-01-01', 3);
\set VERBOSITY default
INSERT INTO invoice (customer_id, number, amount, issued_on, status) VALUES (1, 'X1', 5, '2024-01-01', 'paid');
INSERT INTO invoice (customer_id, number, amount, issued_on, allocated) VALUES (1, 'X1', 5, '2024-01-01', 5);
INSERT INTO invoice (customer_id, number, amount, issued_on, next_on) VALUES (1, 'X1', 5, '2024-01-01', '2024-01-01');
INSERT INTO invoice (customer_id, number, amount, issued_on, step) VALUES (1, 'X1', 5, '2024-01-01', 3);
SELECT count(*) AS posted_by_errors FROM invoice WHERE number LIKE 'X%' OR number = '';
SELECT issue_invoice('C1', 'Z1', 100000000000000, '0001-01-01', '0001-01-31') IS NOT NULL AS large_and_old,
       issue_invoice('C1', 'Z2', 999999999999999.99, '2024-01-01', '5874897-12-30') IS NOT NULL AS largest_and_latest;
SELECT issue_invoice('C1', 'X1', 1, '2024-01-01', '5874897-12-31');

-- Drafts: changed, issued, cancelled, deleted.
UPDATE invoice SET amount = 31, issued_on = '2024-03-01', due_on = '2024-03-15' WHERE number = 'B3';
UPDATE invoice SET status = 'open' WHERE number = 'B3';
UPDATE invoice SET allocated = 5 WHERE number = 'B4';
UPDATE invoice SET status = 'overdue' WHERE number = 'B4';
SELECT record_payment('C5', 30, '2024-03-01', '{B4}') AS payment;
SELECT number, status, open_amount FROM invoice WHERE number = 'B4';
SELECT write_off('B4');
SELECT cancel_invoice('B4', '2024-03-01') > 0 AS cancelled;
UPDATE invoice SET status = 'open' WHERE number = 'B5';
SELECT number, amount, due_on, status, open_amount, closed_on, next_on FROM invoice WHERE number IN ('B3', 'B4', 'B5') ORDER BY number;
UPDATE invoice SET status = 'open', closed_on = NULL WHERE number = 'B4';
INSERT INTO invoice (customer_id, number, amount, issued_on, status) VALUES (4, 'B6', 30, '2024-01-01', 'draft');
DELETE FROM invoice WHERE number = 'B6';

-- Posted facts stay, for the owner and superuser that we are.
UPDATE invoice SET amount = 1 WHERE number = 'A1';
UPDATE invoice SET number = 'A0' WHERE number = 'A1';
UPDATE invoice SET due_on = due_on + 1 WHERE number = 'A1';
UPDATE invoice SET customer_id = 2 WHERE number = 'A1';
UPDATE invoice SET related_id = 2 WHERE number = 'A1';
UPDATE invoice SET terms = 'net 60' WHERE number = 'A1';
UPDATE invoice SET allocated = 5 WHERE number = 'A1';
UPDATE invoice SET status = 'paid', closed_on = '2024-02-01' WHERE number = 'A1';
UPDATE invoice SET status = 'paid' WHERE number = 'A1';
UPDATE invoice SET status = 'draft' WHERE number = 'A1';
DELETE FROM invoice WHERE number = 'A1';
SET client_min_messages = warning;
TRUNCATE invoice CASCADE;
RESET client_min_messages;
\set VERBOSITY terse
UPDATE invoice SET open_amount = 3 WHERE number = 'A1';
INSERT INTO invoice (customer_id, number, amount, issued_on) VALUES (1, 'A1', 3, '2024-01-01') ON CONFLICT (number) DO UPDATE SET amount = 3;
DELETE FROM customer WHERE number = 'C1';
\set VERBOSITY default
UPDATE invoice SET reference = 'may change' WHERE number = 'A1';
SELECT number, amount, status, reference FROM invoice WHERE number = 'A1';

-- Statuses follow what is posted.
CALL advance('2024-02-01');
SELECT number, status FROM invoice WHERE number IN ('A1', 'A2', 'A3', 'B1') ORDER BY number;
UPDATE invoice SET status = 'in_collection' WHERE number = 'A2';
UPDATE invoice SET status = 'overdue' WHERE number = 'A2';
SELECT cancel_invoice('A2', '2024-02-02', 'misprint') > 0 AS cancelled, write_off('A1', posted_on => '2024-02-02') > 0 AS written_off,
       record_payment('C1', 100, '2024-02-02', '{A3}', 'JPY') > 0 AS paid, issue_credit_note('C1', 'K1', 10, 'B1', '2024-02-02') > 0 AS credited;
SELECT number, status, open_amount, closed_on, next_on FROM invoice WHERE number IN ('A1', 'A2', 'A3', 'B1', 'K1') ORDER BY number;
UPDATE invoice SET status = 'paid' WHERE number = 'A1';
UPDATE invoice SET status = 'written_off' WHERE number = 'A3';
UPDATE invoice SET status = 'open' WHERE number = 'A2';
SELECT cancel_invoice('A2');
SELECT cancel_invoice('A3');
SELECT write_off('A3');
SELECT cancel_invoice('A99');
SELECT write_off('A99');

RESET search_path;
SELECT debiteur.drop_ledger('invoice', true);
