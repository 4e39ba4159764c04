--
-- payment: recording money, discounts, allocating what is left, reversing
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT debiteur.create_ledger('payment');
SET search_path = payment, debiteur;
SELECT add_customer('C1', 'Jansen'), add_customer('C2', 'De Vries');
CREATE VIEW balance AS SELECT number, currency, amount, open_amount, status, closed_on FROM invoice;
CREATE VIEW posting AS SELECT i.number, a.kind, a.amount, a.posted_on, a.payment_id, a.reverses_id IS NOT NULL AS reverses FROM allocation a JOIN invoice i ON i.id = a.invoice_id ORDER BY a.id;

-- Oldest due first; part; over.
SELECT issue_invoice('C1', 'A1', 100, '2024-01-10', '2024-02-09'), issue_invoice('C1', 'A2', 50, '2024-01-01', '2024-01-31'),
       issue_invoice('C1', 'A3', 70, '2024-03-01', '2024-03-31'), issue_invoice('C2', 'B1', 40, '2024-01-01', '2024-01-31'),
       issue_invoice('C1', 'U1', 20, '2024-01-01', '2024-01-02', 'USD');
SELECT record_payment('C1', 80, '2024-02-01', reference => 'our A1 and A2');
TABLE posting;
SELECT record_payment('C1', 100, '2024-02-15');
-- A3 was issued later, U1 is in another currency: neither is paid.
SELECT * FROM balance ORDER BY number;
SELECT id, customer_id, currency, amount, received_on, reference, allocated, unallocated, reversed_on FROM payment ORDER BY id;
SELECT * FROM on_account('2024-02-14');
SELECT * FROM on_account('2024-02-15');

-- To given invoices, in this order, issued later or not.
SELECT record_payment('C1', 5, '2024-02-20', '{A3}');
SELECT record_payment('C1', 15, '2024-02-21', '{U1}', 'USD');
SELECT record_payment('C1', 15, '2024-02-21', '{}');
SELECT number, kind, amount, posted_on, payment_id FROM posting WHERE payment_id > 2;

-- Faults change nothing.
SELECT record_payment('C1', 5, '2024-02-20', '{B1}');
SELECT record_payment('C1', 5, '2024-02-20', '{A3,A99}');
SELECT record_payment('C1', 5, '2024-02-20', '{A3,NULL}');
SELECT record_payment('C1', 5, '2024-02-20', '{A3}', 'USD');
SELECT record_payment('C9', 5, '2024-02-20');
SELECT record_payment('C1', 0, '2024-02-20');
SELECT record_payment('C1', -1, '2024-02-20');
SELECT record_payment('C1', 'NaN', '2024-02-20');
SELECT record_payment('C1', 0.001, '2024-02-20');
SELECT record_payment('C1', 1, '2024-02-20', currency => 'dollar');
\set VERBOSITY terse
SELECT record_payment('C1', 1, 'infinity');
\set VERBOSITY default
SELECT count(*) AS payments FROM payment;

-- What is left is allocated later, on its own day.
SELECT allocate(2, amount => 100);
SELECT allocate(2, amount => 10, posted_on => '2024-03-05');
SELECT allocate(2, 'A3', posted_on => '2024-01-01');
SELECT number, kind, amount, posted_on FROM posting WHERE payment_id = 2;
SELECT id, amount, allocated, unallocated FROM payment WHERE id = 2;
SELECT allocate(2, 'A3');
SELECT allocate(5, 'B1', 10, '2024-03-10');
SELECT allocate(5, 'U1', 1);
SELECT allocate(5, 'A3', 100);
SELECT allocate(5, 'A3', -1);
SELECT allocate(5, 'A3', 0);
SELECT allocate(5, 'A99');
SELECT allocate(99, 'A3');
SELECT allocate(NULL);
SELECT allocate(5, posted_on => '2024-03-11');
SELECT number, kind, amount, posted_on FROM posting WHERE payment_id = 5;
SELECT * FROM balance ORDER BY number;
-- The day before, it was still on account.
SELECT * FROM on_account('2024-03-04');
SELECT * FROM on_account('2024-03-11');

-- Early-payment discount: 2 % until the tenth day.
SELECT add_customer('C3', 'Bakker', terms => '2/10 net 30');
SELECT issue_invoice('C3', 'D1', 1000, '2024-01-01'), issue_invoice('C3', 'D2', 1000, '2024-01-01'), issue_invoice('C3', 'D3', 1000, '2024-01-01'),
       issue_invoice('C3', 'D4', 1000, '2024-01-01'), issue_invoice('C3', 'D5', 333.33, '2024-01-01');
SELECT record_payment('C3', 980, '2024-01-11', '{D1}') AS in_time;
SELECT record_payment('C3', 980, '2024-01-12', '{D2}') AS late;
SELECT record_payment('C3', 490, '2024-01-11', '{D3}') AS in_part;
SELECT record_payment('C3', 1000, '2024-01-05', '{D4}') AS in_full;
SELECT record_payment('C3', 326.66, '2024-01-05', '{D5}', discount => false) AS not_granted;
SELECT number, kind, amount, payment_id FROM posting WHERE number LIKE 'D%';
SELECT * FROM balance WHERE number LIKE 'D%' ORDER BY number;
SELECT issue_invoice('C3', 'D6', 0.01, '2024-01-01'), issue_invoice('C3', 'D7', 0.25, '2024-01-01');
SELECT record_payment('C3', 0.24, '2024-01-05', '{D7}') AS rounded;
SELECT number, kind, amount FROM posting WHERE number IN ('D6', 'D7');

-- A reversal mirrors everything, the discount included, and opens again.
SELECT reverse_payment((SELECT payment_id FROM posting WHERE number = 'D1' LIMIT 1), '2024-01-20', 'refused');
SELECT number, kind, amount, posted_on, reverses FROM posting WHERE number = 'D1';
SELECT number, status, open_amount, closed_on, cycle, step, next_on FROM invoice WHERE number = 'D1';
SELECT reverses_id IS NOT NULL AS reversal, amount, received_on, allocated, unallocated, reversed_on, reason FROM payment WHERE reversed_on = '2024-01-20' ORDER BY id;
SELECT * FROM open_items('2024-01-19') WHERE number = 'D1';
SELECT number, open_amount FROM open_items('2024-01-20') WHERE number = 'D1';
SELECT reverse_payment((SELECT id FROM payment WHERE reversed_on IS NOT NULL AND amount > 0));
SELECT reverse_payment((SELECT id FROM payment WHERE reversed_on IS NOT NULL AND amount < 0));
SELECT allocate((SELECT id FROM payment WHERE reversed_on IS NOT NULL AND amount > 0), 'D6', 0.01);
SELECT reverse_payment(1, '2024-01-01');
SELECT reverse_payment(99);
SELECT reverse_payment(NULL);
-- Reversed before the day of an allocation: that one is reversed on its own day.
SELECT reverse_payment(5, '2024-03-01');
SELECT number, kind, amount, posted_on FROM posting WHERE payment_id = 5;
SELECT d, (SELECT sum(amount) FROM on_account(d) WHERE customer_id = 1 AND currency = 'EUR') FROM unnest('{2024-02-21,2024-03-01,2024-03-10,2024-03-11}'::date[]) d;

-- Posted facts stay.
UPDATE payment SET amount = 1 WHERE id = 1;
UPDATE payment SET received_on = '2024-01-01' WHERE id = 1;
UPDATE payment SET allocated = 0 WHERE id = 1;
UPDATE payment SET reversed_on = '2024-01-01' WHERE id = 1;
DELETE FROM payment WHERE id = 1;
SET client_min_messages = warning;
TRUNCATE payment CASCADE;
RESET client_min_messages;
UPDATE payment SET reference = 'may change' WHERE id = 1;

-- By INSERT.
INSERT INTO payment (customer_id, currency, amount, received_on) VALUES (1, 'EUR', 12, '2024-04-01') RETURNING unallocated;
INSERT INTO payment (customer_id, currency, amount, received_on, allocated) VALUES (1, 'EUR', 12, '2024-04-01', 12);
INSERT INTO payment (customer_id, currency, amount, received_on, reversed_on) VALUES (1, 'EUR', 12, '2024-04-01', '2024-04-01');
INSERT INTO payment (customer_id, currency, amount, received_on, reverses_id) VALUES (1, 'EUR', -80, '2024-04-01', 1);
INSERT INTO payment (customer_id, currency, amount, received_on, reverses_id) VALUES (1, 'EUR', -79, '2024-04-01', 1);
\set VERBOSITY terse
INSERT INTO payment (customer_id, currency, amount, received_on) VALUES (1, 'EUR', -12, '2024-04-01');
INSERT INTO payment (customer_id, currency, amount, received_on) VALUES (1, 'EUR', 1.001, '2024-04-01');
INSERT INTO payment (customer_id, currency, amount, received_on) VALUES (1, 'EUR', 'NaN', '2024-04-01');
\set VERBOSITY default
SELECT * FROM balance WHERE number IN ('A1', 'A2') ORDER BY number;

RESET search_path;
SELECT debiteur.drop_ledger('payment', true);
