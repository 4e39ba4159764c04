/*
 * load.sql
 *		A ledger `bench` of :invoices invoices of :customers customers, of which
 *		:due reach the reminder (due + 7) on 2025-06-30; of the others nine in ten
 *		are paid and one in ten is not due yet. Of those due :held are held, by each
 *		kind of hold, all but plans as often in part as whole; half of the manual
 *		ones have no end. And plain tables of the same columns and indexes in the
 *		schema `bare`, without constraints and triggers.
 *		psql variables: invoices, customers, due, held.
 */
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bare CASCADE;
SELECT debiteur.drop_ledger(name, true) FROM debiteur.ledgers WHERE name = 'bench';
SELECT debiteur.create_ledger('bench', time_zone => 'UTC');
-- Rows are written as the ledger's triggers would leave them, only faster.
SET session_replication_role = replica;
INSERT INTO bench.customer (number, name, email)
SELECT 'C' || g, 'Customer ' || g, 'c' || g || '@example.com' FROM generate_series(1, :customers) g;
INSERT INTO bench.invoice (customer_id, number, currency, amount, issued_on, due_on, terms, allocated, status, closed_on, step, noticed_on, policy_id, next_on)
SELECT 1 + (g / 10) % :customers, 'I' || g, 'EUR', a, due - 30, due, 'net 30',
       CASE WHEN paid THEN a ELSE 0 END, CASE WHEN paid THEN 'paid' WHEN late THEN 'overdue' ELSE 'open' END::debiteur.invoice_status,
       CASE WHEN paid THEN due END, CASE WHEN late THEN 1 ELSE 0 END, CASE WHEN late THEN due - 3 END, CASE WHEN late THEN 1 END,
       CASE WHEN late THEN due + 7 WHEN NOT paid THEN due - 3 END
  FROM (SELECT g, late, NOT late AND g % 10 <> 0 AS paid, (100 + g % 900)::numeric AS a,
               CASE WHEN late THEN date '2025-06-23' WHEN g % 10 <> 0 THEN date '2025-01-01' + (g % 100)::int ELSE date '2025-07-10' + (g % 20)::int END AS due
          FROM (SELECT g, (g * :due::bigint / :invoices) > ((g - 1) * :due::bigint / :invoices) AS late
                  FROM generate_series(1, :invoices::bigint) g) q) r;
CREATE TEMPORARY TABLE held AS
SELECT i.id, i.customer_id, i.currency, i.amount, i.issued_on, k.id AS agreement, k.kind, trunc(i.amount / 2) AS part, k.id / 5 % 2 = 0 AND k.kind <> 'plan' AS in_part,
       daterange('2025-06-25', CASE WHEN k.kind <> 'manual' OR k.id / 5 % 4 < 2 THEN date '2025-07-11' END) AS during
  FROM (SELECT i.*, row_number() OVER (ORDER BY i.id) AS n FROM bench.invoice i WHERE i.step = 1) i
 CROSS JOIN LATERAL (SELECT i.n * :held / :due AS id, (ARRAY['manual', 'legal', 'dispute', 'promise', 'plan'])[1 + i.n * :held / :due % 5] AS kind) k
 WHERE i.n * :held / :due > (i.n - 1) * :held / :due;
INSERT INTO bench.promise (id, customer_id, currency, amount, made_on, promised_on, until_on)
SELECT agreement, customer_id, currency, CASE WHEN in_part THEN part ELSE amount END, lower(during), upper(during) - 3, upper(during) - 1 FROM held WHERE kind = 'promise';
INSERT INTO bench.plan (id, customer_id, currency, amount, agreed_on, broken_after_days, channel)
SELECT agreement, customer_id, currency, amount, lower(during), 5, 'email' FROM held WHERE kind = 'plan';
INSERT INTO bench.instalment (plan_id, number, customer_id, due_on, amount)
SELECT agreement, 1, customer_id, upper(during) - 6, amount FROM held WHERE kind = 'plan';
INSERT INTO bench.hold (customer_id, invoice_id, kind, amount, during, promise_id, plan_id, received, sold_on, currency)
SELECT customer_id, id, kind, CASE WHEN in_part THEN part END, during, CASE kind WHEN 'promise' THEN agreement END, CASE kind WHEN 'plan' THEN agreement END,
       CASE WHEN kind IN ('promise', 'plan') THEN 0 END, CASE kind WHEN 'dispute' THEN issued_on END, CASE kind WHEN 'dispute' THEN currency END
  FROM held;
SET session_replication_role = origin;
CREATE SCHEMA bare;
CREATE TABLE bare.invoice (LIKE bench.invoice INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING INDEXES);
CREATE TABLE bare.notice (LIKE bench.notice INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TABLE bare.notice_line (LIKE bench.notice_line INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TABLE bare.outbox (LIKE bench.outbox INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TABLE bare.hold (LIKE bench.hold INCLUDING DEFAULTS INCLUDING INDEXES);
INSERT INTO bare.hold TABLE bench.hold;
INSERT INTO bare.invoice (id, customer_id, number, kind, currency, amount, issued_on, due_on, terms, allocated, status, closed_on, step, noticed_on, policy_id, next_on)
SELECT id, customer_id, number, kind, currency, amount, issued_on, due_on, terms, allocated, status, closed_on, step, noticed_on, policy_id, next_on FROM bench.invoice;
VACUUM (ANALYZE) bench.customer, bench.invoice, bench.hold, bench.promise, bench.plan, bench.instalment, bare.invoice, bare.hold;
CHECKPOINT;
