/*
 * load.sql
 *		A ledger `bench` of :claims open claims of :customers customers, due from 60
 *		days before :from_on to 29 days after, under the default policy of six
 *		steps; and a tenth as many that were paid, 8 days late on average.
 *		psql variables: claims, customers, from_on.
 */
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT debiteur.create_ledger('bench', time_zone => 'UTC');
SET search_path = bench, debiteur;
INSERT INTO customer (number, name) SELECT 'C' || g, 'Customer ' || g FROM generate_series(1, :customers) g;
SET session_replication_role = replica;
INSERT INTO invoice (customer_id, number, currency, amount, issued_on, due_on, terms, status, next_on)
SELECT c.id, 'F' || g, 'EUR', 50 + g % 951, d.due - 30, d.due, 'net 30', CASE WHEN d.due < :'from_on' THEN 'overdue' ELSE 'open' END::invoice_status, d.due - 3
  FROM generate_series(1, :claims) g
 CROSS JOIN LATERAL (SELECT :'from_on'::date - 60 + (g * 7919 % 90)::int AS due) d
  JOIN customer c ON c.number = 'C' || 1 + g % :customers;
INSERT INTO invoice (customer_id, number, currency, amount, allocated, issued_on, due_on, terms, status, closed_on)
SELECT c.id, 'P' || g, 'EUR', 100, 100, d.due - 30, d.due, 'net 30', 'paid', d.due + (g % 17)::int
  FROM generate_series(1, :claims / 10) g
 CROSS JOIN LATERAL (SELECT :'from_on'::date - 100 - (g % 300)::int AS due) d
  JOIN customer c ON c.number = 'C' || 1 + g % :customers;
RESET session_replication_role;
VACUUM (ANALYZE);
