/*
 * facts.sql
 *		Five years of receivables in plain tables, schema `plain`: what a DBA would
 *		keep who writes his reports by hand. The same rows for the same number of
 *		invoices: :invoices of them, numbered by date, from 2020 to 2024, on
 *		:invoices / 50 customers, most of them on few.
 *
 *		An invoice takes one of these courses, by its random number `course`:
 *
 *		below .004	never paid; every second one written off 200 days after it was due
 *		below .008	a third is paid, no more
 *		below .240	paid in two parts
 *		below .242	paid, charged back after 6 days, paid again after 15
 *		below .250	paid in ten days, two per cent of discount taken
 *		below .252	credited by a fifth after 5 days, the rest paid
 *		below .255	charged 40 of costs 25 days after it was due, both paid
 *		below .257	paid, with 25 too much, which stays on account
 *		else		paid at once
 *
 *		Nothing is posted after the last day, so about 3 % is open then.
 *		Nothing is kept that follows from other rows, but for open_item and
 *		on_account: the state of the last day, as triggers of his would leave it.
 *		psql variable: invoices.
 */
SET max_parallel_workers_per_gather = 0;
SELECT setseed(0.2024);
CREATE SCHEMA plain;
CREATE TABLE plain.customer (id bigint PRIMARY KEY, number text NOT NULL UNIQUE, name text NOT NULL);
-- kind: i an invoice, n a credit note (negative), c costs
CREATE TABLE plain.invoice (
    id bigint NOT NULL, customer_id bigint NOT NULL, related_id bigint, kind "char" NOT NULL, currency text NOT NULL, amount numeric(14,2) NOT NULL,
    issued_on date NOT NULL, due_on date NOT NULL
);
CREATE TABLE plain.payment (
    id bigint NOT NULL, customer_id bigint NOT NULL, currency text NOT NULL, amount numeric(14,2) NOT NULL, received_on date NOT NULL, reverses_id bigint
);
-- kind: p of a payment, d discount, c credit, w write-off; what is reversed is posted once more, negative
CREATE TABLE plain.allocation (
    invoice_id bigint NOT NULL, kind "char" NOT NULL, amount numeric(14,2) NOT NULL, posted_on date NOT NULL, payment_id bigint
);
CREATE TABLE plain.dispute (invoice_id bigint NOT NULL, customer_id bigint NOT NULL, begun_on date NOT NULL);

INSERT INTO plain.customer SELECT n, 'C' || n, 'Customer ' || n FROM generate_series(1, :invoices / 50) n;

CREATE TEMPORARY TABLE story AS
SELECT n AS id, 1 + floor((:invoices / 50 - 1) * random() ^ 1.7)::bigint AS customer_id,
       CASE WHEN c.chance < 0.80 THEN 'EUR' WHEN c.chance < 0.95 THEN 'USD' ELSE 'GBP' END AS currency,
       round((20 * 10 ^ (3 * random()))::numeric, 2) AS amount, d.issued_on, d.issued_on + d.days AS due_on,
       random() AS course, d.issued_on + greatest(0, d.days - 11 + floor(24 * random() + 70 * random() ^ 9)::int) AS paid_on, random() < 0.003 AS disputed
  FROM generate_series(1, :invoices::bigint) n
 CROSS JOIN LATERAL (SELECT random() + 0 * n AS chance) c
 CROSS JOIN LATERAL (SELECT date '2020-01-01' + ((n - 1) * 1827 / :invoices)::int AS issued_on, (ARRAY[14, 30, 30, 45, 60])[1 + floor(5 * random())::int] AS days) d;

INSERT INTO plain.invoice
SELECT id, customer_id, NULL, 'i', currency, amount, issued_on, due_on FROM story ORDER BY id;
INSERT INTO plain.invoice
SELECT :invoices + row_number() OVER (ORDER BY issued_on + 5, id), customer_id, id, 'n', currency, - round(amount / 5, 2), issued_on + 5, due_on
  FROM story WHERE course >= 0.250 AND course < 0.252 AND issued_on <= date '2024-12-31' - 5;
INSERT INTO plain.invoice
SELECT (SELECT max(id) FROM plain.invoice) + row_number() OVER (ORDER BY due_on, id), customer_id, id, 'c', currency, 40, due_on + 25, due_on + 39
  FROM story WHERE course >= 0.252 AND course < 0.255 AND due_on <= date '2024-12-31' - 25;

-- Money that comes in, or is taken back: n is its turn among those of the claim.
CREATE TEMPORARY TABLE money AS
SELECT row_number() OVER (ORDER BY received_on, invoice_id, n) AS id, m.*
  FROM (SELECT s.id AS invoice_id, s.customer_id, s.currency, e.n, e.received_on, e.allocated, e.discount, e.allocated + e.over AS amount
          FROM story s
         CROSS JOIN LATERAL (VALUES
               (1, CASE WHEN course < 0.242 OR course >= 0.255 THEN paid_on WHEN course < 0.250 THEN issued_on + 10 WHEN course < 0.252 THEN greatest(paid_on, issued_on + 5)
                        ELSE due_on + 40 END,
                   CASE WHEN course < 0.004 THEN 0 WHEN course < 0.008 THEN round(amount / 3, 2) WHEN course < 0.240 THEN round(amount * 0.55, 2) WHEN course < 0.242 THEN amount
                        WHEN course < 0.250 THEN amount - round(amount * 0.02, 2) WHEN course < 0.252 THEN amount - round(amount / 5, 2) ELSE amount END,
                   CASE WHEN course >= 0.242 AND course < 0.250 THEN round(amount * 0.02, 2) ELSE 0 END,
                   CASE WHEN course >= 0.255 AND course < 0.257 THEN 25 ELSE 0 END),
               (2, CASE WHEN course < 0.240 THEN paid_on + 1 + (id % 21)::int ELSE paid_on + 6 END,
                   CASE WHEN course < 0.008 THEN 0 WHEN course < 0.240 THEN amount - round(amount * 0.55, 2) WHEN course < 0.242 THEN - amount ELSE 0 END, 0, 0),
               (3, paid_on + 15, CASE WHEN course >= 0.240 AND course < 0.242 THEN amount ELSE 0 END, 0, 0)
         ) AS e(n, received_on, allocated, discount, over)
         WHERE e.allocated <> 0
        UNION ALL
        SELECT c.id, c.customer_id, c.currency, 1, c.issued_on + 20, c.amount, 0, c.amount FROM plain.invoice c WHERE c.kind = 'c') m
 WHERE m.received_on <= '2024-12-31';

INSERT INTO plain.payment
SELECT m.id, m.customer_id, m.currency, m.amount, m.received_on, r.id
  FROM money m LEFT JOIN money r ON m.amount < 0 AND r.invoice_id = m.invoice_id AND r.n = 1 ORDER BY m.id;
INSERT INTO plain.allocation
SELECT a.invoice_id, a.kind, a.amount, a.posted_on, a.payment_id
  FROM (SELECT invoice_id, 'p'::"char" AS kind, allocated AS amount, received_on AS posted_on, id AS payment_id FROM money
        UNION ALL SELECT invoice_id, 'd', discount, received_on, id FROM money WHERE discount <> 0
        UNION ALL SELECT id, 'c', amount, issued_on, NULL FROM plain.invoice WHERE kind = 'n'
        UNION ALL SELECT related_id, 'c', - amount, issued_on, NULL FROM plain.invoice WHERE kind = 'n'
        UNION ALL SELECT id, 'w', amount, due_on + 200, NULL FROM story WHERE course < 0.004 AND id % 2 = 0 AND due_on <= date '2024-12-31' - 200) a
 ORDER BY a.posted_on, a.invoice_id, a.payment_id;
INSERT INTO plain.dispute SELECT id, customer_id, due_on - 3 FROM story WHERE disputed AND due_on <= '2024-12-31' ORDER BY id;
DROP TABLE story, money;

CREATE TABLE plain.open_item AS
SELECT i.id AS invoice_id, i.customer_id, i.currency, i.due_on, i.amount - coalesce(a.amount, 0) AS open_amount
  FROM plain.invoice i LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM plain.allocation GROUP BY 1) a ON a.invoice_id = i.id
 WHERE i.amount <> coalesce(a.amount, 0);
CREATE TABLE plain.on_account AS
SELECT p.id AS payment_id, p.customer_id, p.currency, p.amount - coalesce(a.amount, 0) AS amount
  FROM plain.payment p LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM plain.allocation WHERE kind = 'p' GROUP BY 1) a ON a.payment_id = p.id
 WHERE p.amount <> coalesce(a.amount, 0);

-- Each report finds what it reads in an index that holds no more, in either order.
CREATE UNIQUE INDEX ON plain.invoice (id) INCLUDE (kind, currency, amount, issued_on, due_on);
CREATE INDEX ON plain.invoice (issued_on) INCLUDE (id, kind, currency, amount, due_on);
CREATE UNIQUE INDEX ON plain.payment (id);
CREATE INDEX ON plain.payment (received_on) INCLUDE (currency, amount);
CREATE INDEX ON plain.allocation (invoice_id) INCLUDE (posted_on, kind, amount);
CREATE INDEX ON plain.allocation (posted_on) INCLUDE (invoice_id, kind, amount);
CREATE UNIQUE INDEX ON plain.dispute (begun_on, invoice_id);
CREATE UNIQUE INDEX ON plain.open_item (customer_id, currency, invoice_id) INCLUDE (due_on, open_amount);
CREATE UNIQUE INDEX ON plain.on_account (customer_id, currency, payment_id) INCLUDE (amount);
-- What the aggregate is measured on: two columns, no index.
CREATE TABLE plain.item AS SELECT due_on, amount FROM plain.invoice WHERE kind = 'i';
