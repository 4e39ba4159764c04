--
-- ledger_copy: a ledger's tables through COPY, text and binary, into another ledger
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
\getenv directory PG_ABS_BUILDDIR
\set customer_file :directory '/results/ledger_copy.customer'
\set policy_file :directory '/results/ledger_copy.policy'
\set invoice_file :directory '/results/ledger_copy.invoice'
\set payment_file :directory '/results/ledger_copy.payment'
\set reschedule_file :directory '/results/ledger_copy.reschedule'
\set allocation_file :directory '/results/ledger_copy.allocation'
\set types_file :directory '/results/ledger_copy.types'
SELECT debiteur.create_ledger('ledger_copy', time_zone => 'UTC'), debiteur.create_ledger('ledger_copied', time_zone => 'UTC');
SET search_path = ledger_copy, debiteur;
SELECT add_customer('C1', 'Jansen', terms => '2/10 net 30') AS c1, add_customer('C2', E'tab\t"quote"\\N', terms => '10 prox') AS c2;
SELECT set_policy('p', '{due-3 email upcoming,due+7 letter reminder,prev+5bd task escalate}') > 0 AS made;
SELECT count(issue_invoice('C' || 1 + n % 2, 'F' || n, n * 10.5, '2024-01-01'::date + n, terms => CASE n % 3 WHEN 0 THEN 'net 14'::payment_terms END)) AS invoices FROM generate_series(1, 20) n;
SELECT count(reschedule('F' || n, date '2024-02-10' + n, posted_on => date '2024-01-20' + n / 2)) AS rescheduled FROM generate_series(5, 12) n;
SELECT count(reschedule('F' || n, date '2024-03-10' + n, posted_on => date '2024-01-31')) AS again FROM generate_series(7, 8) n;
SELECT record_payment('C1', 500, '2024-02-01') AS payment, issue_credit_note('C2', 'N1', 30, 'F1', '2024-02-02') AS note, write_off('F3', 5, '2024-02-03') IS NOT NULL AS written_off;
CALL advance('2024-02-20');
-- What is posted is loaded in the order in which it was posted; the rest follows.
COPY customer TO :'customer_file' (FORMAT binary);
COPY policy TO :'policy_file' (FORMAT binary);
COPY (SELECT id, customer_id, number, kind, related_id, currency, amount, issued_on, due_as_of(id, '-infinity'), terms, reference FROM invoice ORDER BY id) TO :'invoice_file' (FORMAT binary);
COPY (SELECT id, customer_id, currency, amount, received_on, reference FROM payment) TO :'payment_file' (FORMAT binary);
COPY reschedule TO :'reschedule_file' (FORMAT binary);
COPY allocation TO :'allocation_file' (FORMAT binary);
COPY (SELECT status, terms FROM invoice) TO :'types_file' (FORMAT binary);
CREATE VIEW balance AS SELECT i.number, c.number AS customer, i.kind, i.amount, i.allocated, i.open_amount, i.terms, i.due_on, i.closed_on, i.status IN ('paid', 'credited', 'written_off') AS settled FROM invoice i JOIN customer c ON c.id = i.customer_id;
SET search_path = ledger_copied, debiteur;
DELETE FROM customer;
COPY customer FROM :'customer_file' (FORMAT binary);
COPY invoice (id, customer_id, number, kind, related_id, currency, amount, issued_on, due_on, terms, reference) FROM :'invoice_file' (FORMAT binary);
COPY reschedule FROM :'reschedule_file' (FORMAT binary);
COPY payment (id, customer_id, currency, amount, received_on, reference) FROM :'payment_file' (FORMAT binary);
COPY allocation FROM :'allocation_file' (FORMAT binary);
CREATE VIEW balance AS SELECT i.number, c.number AS customer, i.kind, i.amount, i.allocated, i.open_amount, i.terms, i.due_on, i.closed_on, i.status IN ('paid', 'credited', 'written_off') AS settled FROM invoice i JOIN customer c ON c.id = i.customer_id;
SELECT count(*) AS rows, (SELECT count(*) FROM (SELECT * FROM ledger_copy.balance EXCEPT ALL SELECT * FROM balance) d) AS differ FROM balance;
SELECT count(*) AS differ FROM (SELECT * FROM ledger_copy.aging('2024-02-20') EXCEPT ALL SELECT * FROM aging('2024-02-20')) d;
SELECT sum(amount) AS open, count(*) FILTER (WHERE differs) AS differ FROM (SELECT a.amount, b.amount IS DISTINCT FROM a.amount AS differs FROM ledger_copy.aging('2024-01-29', '{7,14}') a LEFT JOIN aging('2024-01-29', '{7,14}') b USING (currency, bucket)) d;
SELECT * FROM verify();
SELECT count(*) AS differ FROM (SELECT * FROM ledger_copy.kpi('2024-01-01', '2024-02-20') EXCEPT ALL SELECT * FROM kpi('2024-01-01', '2024-02-20')) d;
CREATE TABLE types (status invoice_status, terms payment_terms);
COPY types FROM :'types_file' (FORMAT binary);
SELECT status, terms, count(*) FROM types GROUP BY 1, 2 ORDER BY 1, 2;
CREATE TABLE steps (LIKE ledger_copy.policy);
COPY steps FROM :'policy_file' (FORMAT binary);
SELECT count(*) AS policies, count(*) FILTER (WHERE s.steps <> p.steps) AS differ FROM steps s JOIN ledger_copy.policy p USING (id);
-- Statuses and what dunning knows are not for loading.
COPY invoice (customer_id, number, amount, issued_on, status) FROM stdin;
1	X1	5	2024-01-01	paid
\.
-- Days that were not advanced are made up for, once.
CALL advance('2024-02-20');
SELECT count(*) > 0 AS notices, count(*) = count(DISTINCT (customer_id, currency, policy_id, step)) AS one_each FROM notice;
RESET search_path;
SELECT debiteur.drop_ledger('ledger_copy', true), debiteur.drop_ledger('ledger_copied', true);
